import { text } from 'node:stream/consumers';
import { runImport } from '../import';
import { AnswerError, UnansweredError } from '../indexer/errors';
import { HttpClient } from '../indexer/http_client';
import { readText, readUrls } from '../indexer/settings';
import { check } from './check';
import { FILES_USAGE, filesFor } from './files';
import { FORMAT_USAGE, tryFormat } from './format';
import { readOptions, type SetupOptions, USAGE } from './options';
import { listening, readEnvironmentFiles, sendersSentence } from './server_settings';
import { setUp } from './setup';
import type { SetupStep } from './step';

async function main(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2);
  if (command === 'format') {
    await format(rest);
    return;
  }
  if (command === 'files') {
    process.stdout.write(rest.includes('--help') || rest.includes('-h') ? FILES_USAGE : filesFor(rest));
    return;
  }
  if (command === 'check') {
    const { text: said, code } = await check(rest, process.env);
    process.stdout.write(said);
    process.exitCode = code;
    return;
  }
  if (command === 'import') {
    process.exitCode = await runImport(rest, process.env);
    return;
  }
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const http = new HttpClient({
    urls: readUrls(options.elasticsearch),
    apiKey: options.apiKey,
    ca: options.ca ? readText('--ca', options.ca) : undefined,
    requestTimeoutMs: 30_000,
  });
  const steps = await setUp(http, options);
  for (const step of steps) process.stdout.write(`${line(step)}\n`);
  for (const sentence of ofServer(options)) process.stdout.write(`${sentence}\n`);
  if (options.dryRun) process.stdout.write('Dry run: nothing was changed.\n');
  http.close();
}

/** `rota-setup format`: the lines come from standard input, unless that is a terminal. */
async function format(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(FORMAT_USAGE);
    return;
  }
  const lines = process.stdin.isTTY ? [] : (await text(process.stdin)).split('\n').filter((one) => one.trim() !== '');
  const tried = tryFormat(argv, lines);
  process.stdout.write(tried.text);
  if (!tried.fits) process.exitCode = 2;
}

/** What the rsyslog server listens on, and who may write what. */
function ofServer({ server }: SetupOptions): string[] {
  if (server.length === 0) {
    return [
      'not seen  inputs and senders: name the environment file of the rsyslog server with --server to have them told',
    ];
  }
  const env = readEnvironmentFiles(server);
  const inputs = listening(env);
  const none = 'none is asked for; ROTA_INPUT_RELPS=on opens RELP with TLS';
  return [
    ...(inputs.length > 0 ? inputs : [none]).map((sentence) => `listens   ${sentence}`),
    `senders   ${sendersSentence(env)}`,
  ];
}

function line(step: SetupStep): string {
  return `${step.outcome.replace('_', ' ').padEnd(8)}  ${step.what}: ${step.detail}`;
}

/** What a site can do about an answer that it is likely to get. */
function mend(error: Error): string {
  if (error instanceof AnswerError && error.status === 401) {
    return ' Give a key in ROTA_ELASTICSEARCH_API_KEY, or credentials in the address.';
  }
  if (error instanceof AnswerError && error.status === 403) {
    return ' The key needs the cluster privileges monitor, manage_index_templates and manage_ilm; rota-setup --help says it all.';
  }
  if (error instanceof UnansweredError && /certificate|issuer|altnames/i.test(error.message)) {
    return " Name the cluster's certificate authority with --ca, and the host as its certificate does.";
  }
  return '';
}

main().catch((error: Error) => {
  process.stderr.write(`rota-setup: ${error.message}${mend(error)}\n`);
  process.exitCode = 1;
});
