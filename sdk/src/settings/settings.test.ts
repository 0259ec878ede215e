import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REQUEST_ROWS } from '../http/settings.js';
import { nearest } from './option_reader.js';
import { LOGGER_ROWS, type Row, SHIPPING_ROWS } from './option_table.js';
import { resolveSettings } from './options.js';

const rows: Record<string, Row> = { ...SHIPPING_ROWS, ...LOGGER_ROWS };
const NEEDED = { ROTA_URL: 'relp://h', ROTA_SERVICE: 's' };
const settings = (env: Record<string, string>, options = {}) => resolveSettings(options, { ...NEEDED, ...env });

describe('docs/sdk.md', () => {
  const text = readFileSync(new URL('../../../docs/sdk.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('\n## Options'), text.indexOf('\nAddresses:'));
  const table = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const quoted = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
  /** Containers are described by what is in them. */
  const isGroup = (name: string) => ['tls', 'queue', 'backoff'].includes(name);

  it('lists every option, and none that is not there', () => {
    const listed = table.flatMap((cells) => quoted(cells[1]));
    expect(listed.sort()).toEqual(
      Object.keys(rows)
        .filter((name) => !isGroup(name))
        .sort(),
    );
  });

  it('names the variable of each in its own row', () => {
    for (const cells of table) {
      const variables = quoted(cells[1]).flatMap((name) => rows[name]?.env ?? []);
      expect(quoted(cells[3]), cells[1]).toEqual(variables);
    }
  });

  it('gives the defaults that the code has', () => {
    for (const cells of table) {
      const numbers = quoted(cells[1]).flatMap((name) => {
        const row = rows[name];
        return row?.kind === 'number' ? [row.otherwise] : [];
      });
      const spelled = (cells[2] ?? '').replace(/ \(.*\)/, '').split(', ');
      const said = spelled.map((one) => (one.endsWith(' MiB') ? 2 ** 20 : 1) * Number(one.replace(/,| MiB/g, '')));
      if (numbers.length > 0) expect(said, cells[1]).toEqual(numbers);
    }
  });
});

describe('docs/sdk_requests.md', () => {
  it('lists every option of the request logger with its variable', () => {
    const text = readFileSync(new URL('../../../docs/sdk_requests.md', import.meta.url), 'utf8');
    const section = text.slice(text.indexOf('\n## Options'), text.indexOf('\nA wrong option'));
    const listed = [...section.matchAll(/^\| `(\w+)` \|[^|]*\| (?:`(\w+)`)?/gm)].map(([, name, env]) => [name, env]);
    const known = Object.entries<Row>(REQUEST_ROWS).map(([name, row]) => [name, row.env]);
    expect(listed).toEqual(known);
  });
});

describe('the environment', () => {
  it('says everything that text can say', () => {
    const env = {
      ROTA_SERVICE_NODE: 'a-1',
      ROTA_QUEUE_MAX_EVENTS: '50',
      ROTA_QUEUE_MAX_BYTES: '1e6',
      ROTA_QUEUE_POLICY: 'wait',
      ROTA_SPOOL_DIR: '/s',
      ROTA_SPOOL_MAX_BYTES: '1000000',
      ROTA_RELP_WINDOW: '7',
      ROTA_CONNECT_TIMEOUT_MS: '1',
      ROTA_ACK_TIMEOUT_MS: '2',
      ROTA_BACKOFF_MIN_MS: '3',
      ROTA_BACKOFF_MAX_MS: '4',
      ROTA_EXIT_TIMEOUT_MS: '0',
      ROTA_STATS_INTERVAL_MS: '0',
      ROTA_MAX_MESSAGE_BYTES: '2048',
      ROTA_TIER: 'frontend',
      ROTA_FACILITY: 'user',
      ROTA_ENTERPRISE_ID: '99',
      ROTA_BODY: 'message',
      ROTA_FIELDS: '{"labels":{"team":"a"}}',
      ROTA_TLS_MIN_VERSION: 'TLSv1.3',
      ROTA_TLS_REJECT_UNAUTHORIZED: 'false',
      ROTA_TLS_PASSPHRASE: 'p',
      ROTA_TLS_CIPHERS: 'c',
    };
    expect(settings(env)).toMatchObject({
      service: { name: 's', node: 'a-1' },
      queue: { maxEvents: 50, maxBytes: 1e6, policy: 'wait' },
      spool: { dir: '/s', mode: 'overflow', maxBytes: 1e6 },
      window: 7,
      connectTimeoutMs: 1,
      ackTimeoutMs: 2,
      backoff: { minMs: 3, maxMs: 4 },
      exitTimeoutMs: 0,
      statsIntervalMs: 0,
      maxMessageBytes: 2048,
      tier: 'frontend',
      facility: 'user',
      enterpriseId: 99,
      body: 'message',
      fields: { labels: { team: 'a' } },
      tls: { minVersion: 'TLSv1.3', rejectUnauthorized: false, passphrase: 'p', ciphers: 'c' },
    });
  });

  it('has a variable for every option that is text, number, choice or list', () => {
    const without = Object.entries(rows).filter(([, row]) => row.env === undefined);
    expect(without.every(([, row]) => row.kind === 'code')).toBe(true);
    const variables = Object.values(rows).flatMap((row) => row.env ?? []);
    expect(new Set(variables).size).toBe(variables.length);
  });

  it('says what is redacted', () => {
    expect(settings({ ROTA_REDACT: 'off' }).redact).toBe(false);
    expect(
      settings({ ROTA_REDACT_NAMES: 'iban, tax number', ROTA_REDACT_TEXT: 'no', ROTA_REDACT_PATTERNS: '["\\\\d{9}"]' })
        .redact,
    ).toEqual({ names: ['iban', 'tax number'], text: false, patterns: [/\d{9}/] });
    expect(settings({ ROTA_REDACT_NAMES: 'iban' }, { redact: { names: ['ssn'] } }).redact).toEqual({ names: ['ssn'] });
  });

  it.each([
    ['ROTA_QUEUE_MAX_EVENTS', 'many', 'ROTA_CONFIG_NUMBER'],
    ['ROTA_CONNECT_TIMEOUT_MS', '2147483648', 'ROTA_CONFIG_NUMBER'],
    ['ROTA_MAX_MESSAGE_BYTES', '1e9', 'ROTA_CONFIG_NUMBER'],
    ['ROTA_QUEUE_POLICY', 'drop', 'ROTA_CONFIG_POLICY'],
    ['ROTA_FIELDS', '{', 'ROTA_CONFIG_JSON'],
    ['ROTA_FIELDS', '[1]', 'ROTA_CONFIG_TYPE'],
    ['ROTA_TLS_REJECT_UNAUTHORIZED', 'maybe', 'ROTA_CONFIG_FLAG'],
    ['ROTA_TIER', 'edge', 'ROTA_CONFIG_CHOICE'],
    ['ROTA_REDACT_PATTERNS', '["("]', 'ROTA_CONFIG_REDACT'],
  ])('%s=%s is refused by %s, which says what to do', (name, value, code) => {
    expect(() => settings({ [name]: value })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(/Give|Use/) }),
    );
    if (code !== 'ROTA_CONFIG_REDACT') expect(() => settings({ [name]: value })).toThrow(name);
  });

  it('set to nothing is as not set', () => {
    expect(settings({ ROTA_QUEUE_POLICY: '', ROTA_SPOOL_DIR: '' })).toMatchObject({
      queue: { policy: 'drop-oldest' },
      spool: undefined,
    });
  });

  it('never sends a datagram that is longer than one can be', () => {
    expect(settings({ ROTA_URL: 'udp://h' }).maxMessageBytes).toBe(65_507);
  });
});

describe('nearest', () => {
  const names = Object.keys(rows);

  it('finds every name again after one letter was changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names.filter((name) => name.length > 7)), fc.nat(), (name, at) => {
        const place = at % name.length;
        const changed = `${name.slice(0, place)}${name[place] === 'x' ? 'y' : 'x'}${name.slice(place + 1)}`;
        expect(nearest(changed, names)).toBe(name);
      }),
    );
  });

  it('says nothing where nothing is near', () => {
    expect(nearest('xyzzy', names)).toBeUndefined();
  });
});
