import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../errors.js';
import type { RequestLoggerOptions } from './options.js';
import { requestSettings } from './settings.js';

describe('options of requestLogger', () => {
  it.each<[string, object]>([
    ['ROTA_CONFIG_UNKNOWN', { trustProxies: 1 }],
    ['ROTA_CONFIG_TRUST_PROXY', { trustProxy: true }],
    ['ROTA_CONFIG_TRUST_PROXY', { trustProxy: -1 }],
    ['ROTA_CONFIG_TRUST_PROXY', { trustProxy: 1.5 }],
    ['ROTA_CONFIG_ADDRESS', { trustProxy: ['10.0.0.0/99'] }],
    ['ROTA_CONFIG_ADDRESS', { healthChecks: [{ source: ['here'] }] }],
    ['ROTA_CONFIG_HEADER', { requestIdHeader: 'x request id' }],
    ['ROTA_CONFIG_HEADER', { responseHeader: 'a\r\nb' }],
    ['ROTA_CONFIG_OPTION', { forwardedHeader: 'x-real-ip' }],
    ['ROTA_CONFIG_OPTION', { skip: '/health' }],
    ['ROTA_CONFIG_REDACT', { redact: { paths: ['a..b'] } }],
  ])('answers with %s for %j', (code, options) => {
    const attempt = () => requestSettings(options as RequestLoggerOptions, {});
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow(expect.objectContaining({ code }));
  });

  it('takes the trusted proxies from the environment', () => {
    expect(requestSettings({}, { ROTA_TRUST_PROXY: '1' }).rules.isTrusted('192.0.2.1', 0)).toBe(true);
    const { isTrusted } = requestSettings({}, { ROTA_TRUST_PROXY: 'loopback, 10.0.0.0/8' }).rules;
    expect([isTrusted('10.1.1.1', 0), isTrusted('192.0.2.1', 0)]).toEqual([true, false]);
    expect(requestSettings({ trustProxy: false }, { ROTA_TRUST_PROXY: '1' }).rules.isTrusted('192.0.2.1', 0)).toBe(
      false,
    );
    expect(() => requestSettings({}, { ROTA_TRUST_PROXY: 'true' })).toThrow(/neither an IP address/);
  });
});
