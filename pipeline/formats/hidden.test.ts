import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitGunicornAccess } from './gunicorn/access';
import { splitNginxAccess } from './nginx/access';

/** What nginx's escape=default makes of a value (ngx_http_log_escape). */
const nginxEscaped = (text: string) =>
  [...Buffer.from(text)]
    .map((byte) =>
      byte === 0x22 || byte === 0x5c || byte < 0x20 || byte > 0x7e
        ? `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
        : String.fromCharCode(byte),
    )
    .join('') || '-';
/** What gunicorn's SafeAtoms makes of it: quotes escaped, backslashes left alone; a header holds no line feed. */
const gunicornEscaped = (text: string) => text.replace(/[\r\n\0]/g, ' ').replaceAll('"', '\\"') || '-';

const piece = fc.constantFrom(
  '"',
  '\\',
  '] "',
  ' [',
  ' - ',
  '" 200 5 "',
  '\\"',
  ' ',
  'é',
  '[01/Jan/2020:00:00:00 +0000]',
  'x',
  '" "-" "',
);
const anything = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.array(piece, { maxLength: 8 }).map((some) => some.join('')),
);
const user = anything.map((text) => text.trim() || 'u');

it('nothing that a visitor writes hides a request of nginx, or changes its client, time, status or length', () => {
  fc.assert(
    fc.property(user, anything, anything, anything, (name, target, referer, agent) => {
      const parts = {
        user: nginxEscaped(name),
        request: `GET /${nginxEscaped(target)} HTTP/1.1`,
        referer: nginxEscaped(referer),
        agent: nginxEscaped(agent),
      };
      const line = `203.0.113.9 - ${parts.user} [30/Nov/2026:11:00:01 +0000] "${parts.request}" 404 31 "${parts.referer}" "${parts.agent}"`;
      expect(splitNginxAccess(line)).toMatchObject({
        ...parts,
        addr: '203.0.113.9',
        time: '30/Nov/2026:11:00:01 +0000',
        status: '404',
        bytes: '31',
      });
    }),
    { numRuns: 3000 },
  );
});

it('nor one of gunicorn', () => {
  fc.assert(
    fc.property(user, anything, anything, anything, (name, target, referer, agent) => {
      const [u, t, r, a] = [name, target, referer, agent].map(gunicornEscaped);
      const line = `203.0.113.9 - ${u} [30/Nov/2026:11:00:01 +0000] "GET /${t} HTTP/1.1" 404 31 "${r}" "${a}"`;
      expect(splitGunicornAccess(line)).toMatchObject({
        addr: '203.0.113.9',
        time: '30/Nov/2026:11:00:01 +0000',
        status: '404',
        bytes: '31',
      });
    }),
    { numRuns: 3000 },
  );
});
