import { describe, expect, it } from 'vitest';
import { type ColouredHost, hostColours, statusClass } from './colours';

const webapp = (host: string, frontend: string | null): ColouredHost => ({ host, tier: 'webapp', frontend });

describe('colours of hosts', () => {
  const hosts = [
    webapp('web-1', 'frontend-1'),
    webapp('web-2', 'frontend-1'),
    webapp('web-10', 'frontend-2'),
    webapp('web-9', 'frontend-2'),
  ];

  it('differ from host to host, and do not depend on the order in which hosts are told', () => {
    const colours = hostColours(hosts, false);
    expect(new Set(colours.values()).size).toBe(colours.size);
    expect(hostColours([...hosts].reverse(), false)).toEqual(colours);
  });

  it('tell hosts apart when their frontend is unknown', () => {
    const colours = hostColours([webapp('a', null), webapp('b', null)], true);
    expect(colours.get('a')).not.toBe(colours.get('b'));
  });

  it('are hexadecimal, which elastic-charts needs', () => {
    for (const colour of hostColours(hosts, true).values()) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
  });
});

describe('statusClass', () => {
  it('counts 499 and a missing answer as other, not as the client’s fault', () => {
    expect([200, 304, 404, 499, 503, null, 101].map(statusClass)).toEqual([
      's2xx',
      's3xx',
      's4xx',
      'other',
      's5xx',
      'other',
      'other',
    ]);
  });
});
