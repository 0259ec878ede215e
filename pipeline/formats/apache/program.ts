import type { Program } from '../program';
import { splitApacheAccess, splitCommonAccess, unescapeApache } from './access';
import { splitApacheError } from './error';
import { readLogFormat } from './log_format';

export const apache: Program = {
  name: 'apache',
  title: 'Apache',
  tier: 'frontend',
  names: /apache|httpd/i,
  // Where nothing tells them apart, `combined` is nginx's.
  rank: 20,
  formats: [
    {
      name: 'access',
      what: '`combined`, `vhost_combined`, the Common Log Format, which lighttpd and others write as well',
      dataset: 'nginx.access',
      read: (text) => {
        const parts = splitApacheAccess(text) ?? splitCommonAccess(text);
        return parts && { form: 'combined', parts };
      },
    },
    {
      name: 'error',
      what: 'error log, of 2.4 and of 2.2',
      dataset: 'nginx.error',
      own: true,
      read: (text) => {
        const found = splitApacheError(text);
        return found && { form: 'event', found };
      },
    },
  ],
  declares: {
    example: `'%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %D'`,
    read: (text) => ({ pieces: readLogFormat(text), escaping: { undo: unescapeApache, undoParsed: unescapeApache } }),
  },
};
