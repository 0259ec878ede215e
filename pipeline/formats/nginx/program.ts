import type { Escaping } from '../declared/compile';
import type { Program } from '../program';
import { splitNginxAccess } from './access';
import { splitNginxError } from './error';
import { unescapeNginx } from './escapes';
import { readNginxFormat } from './log_format';

export const nginx: Program = {
  name: 'nginx',
  title: 'nginx',
  tier: 'frontend',
  names: /nginx/i,
  rank: 10,
  formats: [
    {
      name: 'access',
      what: "`combined`, with a host before it; `main` (a quoted X-Forwarded-For behind); names and values behind; ingress-nginx's default; Rota's own JSON",
      dataset: 'nginx.access',
      read: (text) => {
        const parts = splitNginxAccess(text);
        return parts && { form: 'combined', parts };
      },
    },
    {
      name: 'error',
      what: 'error log: events of several lines, cut ones',
      dataset: 'nginx.error',
      own: true,
      read: (text) => {
        const parts = splitNginxError(text);
        return parts && { form: 'nginx_error', parts };
      },
    },
  ],
  declares: {
    example: `"$(grep -A3 log_format /etc/nginx/nginx.conf)"`,
    read: (text) => {
      const { pieces, escaping } = readNginxFormat(text);
      return { pieces, escaping: ESCAPING[escaping] };
    },
  },
};

const ESCAPING: Readonly<Record<'default' | 'json' | 'none', Escaping>> = {
  default: { undo: unescapeNginx, undoParsed: unescapeNginx },
  json: { undo: withoutJsonEscapes },
  none: { undo: (value) => value, isBare: true },
};

function withoutJsonEscapes(value: string): string {
  if (!value.includes('\\')) return value;
  try {
    return String(JSON.parse(`"${value}"`));
  } catch {
    return value;
  }
}
