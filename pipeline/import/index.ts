import { appendFileSync, existsSync, mkdtempSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { SettingsError } from '../indexer/errors';
import { HttpClient } from '../indexer/http_client';
import { readText, readUrls } from '../indexer/settings';
import { Status } from '../indexer/status';
import { filesOf, readEnvironmentFiles } from '../setup/server_settings';
import { readImportSettings } from './declared';
import { beginsOf, type Sample, sampleOf } from './kind';
import { rotationLink } from './link';
import { ProgressLines } from './progress';
import { importFiles, type Progress, refusedText } from './run';
import { findLogs, type LogFile, stem } from './sources';

export const IMPORT_USAGE = `rota-setup import --logs HOST=PATHS [--logs …] [options]

Reads log files that exist into Elasticsearch, through the parser that the indexer has. PATHS is a path, with * and ? in it if you
like; rotated and gzipped files are read too. HOST is who wrote them: frontend-1, lb-1. Running it again doubles nothing, also when
files were renamed, packed or grew meanwhile.

  --format PROGRAM=FORMAT  their format, in the words of the program that writes them: nginx='log_format …;' (see rota-setup format)
  --format FILE            a formats.yaml ($ROTA_FORMATS)
  --zone ZONE              IANA's name of the zone of times that do not say theirs (default: this machine's)
  --keep-unread            import files, too, of which most lines fit no format that is known: each line is kept whole
  --agent FILE             environment file of this host's agent (default /etc/rota/agent.env): what it follows gets the ids that it gives
  --kibana URL             says the address of the page on the range that the lines cover
  --elasticsearch URL, --api-key KEY, --ca FILE, --namespace NAME   as for rota-setup
  --json                   the outcome as JSON

Ends with 0; with 2 when a file was left out, because most of its lines fit no format.
`;

type Environment = Readonly<Record<string, string | undefined>>;

export interface ImportOptions {
  logs: readonly string[];
  formats: readonly string[];
  zone: string;
  keepUnread: boolean;
  /** Settings of this host's agent. */
  agent: Environment | undefined;
  namespace: string;
}

export interface ImportOutcome extends Progress {
  seconds: number;
  files: number;
  leftOut: LeftOut[];
}

/** A file that was not imported. */
interface LeftOut {
  path: string;
  /** `unread`: most lines of its sample fit no format; `followed`: the agent sends it. */
  reason: 'unread' | 'followed';
  lines: number;
  misfits: number;
  misfit: string | undefined;
}

function reasonToLeaveOut(file: LogFile, sample: Sample, options: ImportOptions): LeftOut | undefined {
  const { kind, lines, misfits, misfit } = sample;
  const found = { path: file.path, lines, misfits, misfit };
  if (misfits * 2 > lines && !options.keepUnread) return { ...found, reason: 'unread' };
  // Of an event of several lines imfile's offset, and so the agent's id, depends on when the next one came.
  if (beginsOf(kind) && isFollowed(file, options.agent)) return { ...found, reason: 'followed' };
  return undefined;
}

/** Samples the files, and imports those that can be read. @param say told a sentence now and then */
export async function importLogs(
  http: HttpClient,
  options: ImportOptions,
  env: Environment,
  say: (sentence: string) => void,
): Promise<ImportOutcome> {
  const files = findLogs(options.logs);
  const settings = readImportSettings(files, options, env);
  const sampled: { file: LogFile; sample: Sample }[] = [];
  for (const file of files) sampled.push({ file, sample: await sampleOf(file, settings) });
  const leftOut = sampled.flatMap(({ file, sample }) => reasonToLeaveOut(file, sample, options) ?? []);
  const wanted = sampled.filter(({ file }) => !leftOut.some(({ path }) => path === file.path));
  const refused = join(mkdtempSync(join(tmpdir(), 'rota-import-')), 'dead_letters.ndjson');
  const progress = new ProgressLines(say);
  const done = await importFiles(
    wanted.map(({ file, sample }) => ({ file, kind: sample.kind })),
    {
      http,
      settings,
      status: new Status(dirname(refused), (line) => sayTrouble(line, say)),
      zone: options.zone,
      isFollowed: (file) => isFollowed(file, options.agent),
      onProgress: (now) => progress.told(now),
      onRefused: (item, reason) => appendFileSync(refused, refusedText(item, reason), { mode: 0o600 }),
    },
  );
  await http.send('POST', `/logs-*-${options.namespace}/_refresh?ignore_unavailable=true`);
  if (existsSync(refused)) say(`Elasticsearch refused some dead letters; they are kept in ${refused}`);
  return {
    ...done,
    seconds: progress.seconds(),
    files: wanted.length,
    leftOut,
  };
}

/** What the indexer would log; that all is well needs no word. */
function sayTrouble(line: string, say: (sentence: string) => void): void {
  const text = line.replace(/^\S+ rota-indexer\[\d+\] /, '').trimEnd();
  if (!text.startsWith('healthy: ')) say(text);
}

/** Whether this host's agent reads the file, under this name or before it was rotated. */
function isFollowed({ host, path }: LogFile, agent: Environment | undefined): boolean {
  if (!agent || (agent['ROTA_HOST'] || hostname()) !== host) return false;
  return ['ROTA_NGINX_ACCESS', 'ROTA_NGINX_ERROR', 'ROTA_GUNICORN_ACCESS', 'ROTA_GUNICORN_ERROR'].some((name) => {
    const followed = agent[name];
    if (!followed) return false;
    const folder = (of: string) => of.slice(0, of.lastIndexOf('/'));
    const escaped = stem(followed)
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return folder(followed) === folder(path) && new RegExp(`^${escaped}$`).test(stem(path));
  });
}

/** What became of it, in sentences. */
export function outcomeSentences(outcome: ImportOutcome): string[] {
  const { read, indexed, known, deadLetters, unread, seconds, files, leftOut } = outcome;
  const count = (n: number) => n.toLocaleString('en');
  return [
    `${count(read)} lines of ${files} files in ${seconds.toFixed(0)} s (${count(Math.round(read / Math.max(seconds, 0.001)))} lines/s): ` +
      `${count(indexed)} indexed, ${count(known)} were there already, ${count(deadLetters)} kept as dead letters` +
      `${unread > 0 ? `, ${count(unread)} of no format that is known kept whole` : ''}.`,
    ...leftOut.map(leftOutSentence),
  ];
}

function leftOutSentence({ path, reason, lines, misfits, misfit }: LeftOut): string {
  if (reason === 'followed') return `Left out ${path}: this host's agent follows it, and has sent it or will.`;
  return (
    `Left out ${path}: ${misfits} of its first ${lines} lines fit no format that is known, such as ${misfit ?? ''}\n` +
    `  Declare it with --format (head -n 20 ${path} | rota-setup format proposes one), or keep its lines whole with --keep-unread.`
  );
}

/** `rota-setup import`. @returns the exit code */
export async function runImport(argv: readonly string[], env: Environment): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(IMPORT_USAGE);
    return 0;
  }
  const { values } = parse(argv);
  const http = new HttpClient({
    urls: readUrls(values.elasticsearch ?? env['ROTA_ELASTICSEARCH_URL'] ?? 'http://127.0.0.1:9200'),
    apiKey: values['api-key'] ?? env['ROTA_ELASTICSEARCH_API_KEY'],
    ca: caOf(values.ca ?? env['ROTA_ELASTICSEARCH_CA']),
    requestTimeoutMs: 60_000,
  });
  const agentFiles = values.agent ?? filesOf('agent');
  const options: ImportOptions = {
    logs: values.logs ?? [],
    formats: values.format ?? [],
    zone: values.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    keepUnread: values['keep-unread'] ?? false,
    agent: agentFiles.length > 0 ? readEnvironmentFiles(agentFiles) : undefined,
    namespace: values.namespace ?? env['ROTA_NAMESPACE'] ?? 'rota',
  };
  if (options.logs.length === 0) throw new SettingsError('rota-setup import', 'name the files with --logs HOST=PATHS');
  try {
    const outcome = await importLogs(http, options, env, (sentence) => process.stderr.write(`${sentence.trimEnd()}\n`));
    const link = values.kibana === undefined ? undefined : rotationLink(values.kibana, outcome);
    if (values.json) process.stdout.write(`${JSON.stringify({ ...outcome, link }, null, 2)}\n`);
    else process.stdout.write(`${[...outcomeSentences(outcome), ...(link ? [link] : [])].join('\n')}\n`);
    return outcome.leftOut.some(({ reason }) => reason === 'unread') ? 2 : 0;
  } finally {
    http.close();
  }
}

const caOf = (path: string | undefined) => (path ? readText('--ca', path) : undefined);

function parse(argv: readonly string[]) {
  const string = { type: 'string' } as const;
  const several = { type: 'string', multiple: true } as const;
  const yes = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        logs: several,
        format: several,
        zone: string,
        'keep-unread': yes,
        agent: several,
        kibana: string,
        elasticsearch: string,
        'api-key': string,
        ca: string,
        namespace: string,
        json: yes,
      },
    });
  } catch (error) {
    throw new SettingsError('rota-setup import', `${(error as Error).message}. See rota-setup import --help.`);
  }
}
