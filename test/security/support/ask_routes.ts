import { writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Client } from '@elastic/elasticsearch';
import type { z } from 'zod';
import { API, EXPORT_PATH, envelopeOf, exportRequestSchema } from '../../../common/api';
import type { HostRoute, SearchClient } from '../../../server/host';
import { registerRoutes } from '../../../server/routes';
import { settingsSchema } from '../../../server/settings';
import { hostileBodies } from './bodies';
import { holdsNothing } from './holds_nothing';
import { watchPieces } from './pieces';
import { hostileRanges } from './ranges';
import { hostileParams } from './rule';

/**
 * Run as a program of its own, with little memory: asks the plugin's routes one hostile question after the other, and writes
 * a line of JSON before and after each, so that who reads it knows at which it ended. `only=…` asks those alone that match.
 */
export interface Asked {
  route: string;
  what: string;
  /** `{}` while it is being asked. */
  answer?: {
    status: number;
    code: string | null;
    message: string | null;
    /** What in an answer is not as its schema says; null when all is. */
    form: string | null;
    piece_ms: number;
    bytes: number;
  };
}

const {
  url = '',
  namespace = '',
  suite = '',
  from = '',
  to = '',
  only = '',
} = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split('=', 2) as [string, string]));
const client = url === '' ? null : new Client({ node: url, maxRetries: 0 });
const elasticsearch = client === null ? holdsNothing() : (client as unknown as SearchClient);
const routes = new Map<string, HostRoute>();
const quiet = () => undefined;
const host = {
  settings: settingsSchema.parse({ namespace }),
  logger: { debug: quiet, info: quiet, warn: quiet, error: (message: string) => process.stderr.write(`${message}\n`) },
  route: (route: HostRoute) => routes.set(route.path, route),
};
registerRoutes(host);

const schemas = [
  ...Object.values(API).map(({ path, request }) => [path, request] as const),
  [EXPORT_PATH, exportRequestSchema] as const,
];
const untried = [...routes.keys()].filter((path) => !schemas.some(([known]) => known === path));
if (untried.length > 0) throw new Error(`These routes have no schema that the test knows: ${untried.join(', ')}`);

const tell = (asked: Asked) => writeSync(1, `${JSON.stringify(asked)}\n`);
const pieces = watchPieces();

async function ask(route: string, what: string, run: () => Promise<{ status: number; body: unknown }>): Promise<void> {
  if (!new RegExp(only).test(`${route} ${what}`)) return;
  tell({ route, what });
  pieces.longest();
  const { status, body } = await run();
  let bytes = 0;
  if (body instanceof Readable) for await (const chunk of body) bytes += (chunk as Buffer).length;
  else if (body !== undefined) bytes = JSON.stringify(body).length;
  const piece_ms = pieces.longest();
  // What the page would say of an answer of another form than its contract's.
  const form = status === 200 && !(body instanceof Readable) ? formOf(route, body) : null;
  const { code = null, message = null } = (status === 200 ? {} : body) as { code?: string; message?: string };
  tell({ route, what, answer: { status, code, message, form, piece_ms, bytes } });
}

function formOf(route: string, body: unknown): string | null {
  const api = Object.values(API).find(({ path }) => path === route);
  const parsed = api && envelopeOf(api.data as z.ZodTypeAny).safeParse(JSON.parse(JSON.stringify(body)));
  const [issue] = parsed?.error?.issues ?? [];
  return issue ? `${issue.path.join('.')}: ${issue.message}` : null;
}

function post(path: string, body: unknown) {
  return routes.get(path)!.handler({ body, elasticsearch, principal: 'tester', signal: new AbortController().signal });
}

for (const [path, schema] of schemas) {
  const questions =
    suite === 'ranges' ? hostileRanges(path, schema, Date.parse(to)) : hostileBodies(schema, { from, to });
  for (const { what, body } of questions) await ask(path, what, () => post(path, body));
}
await hostileParams(suite, host, elasticsearch, { from, to }, ask);
pieces.stop();
await client?.close();
