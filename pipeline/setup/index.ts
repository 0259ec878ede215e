import { AnswerError, UnansweredError } from '../indexer/errors';
import { HttpClient } from '../indexer/http_client';
import { readText, readUrls } from '../indexer/settings';
import { readOptions, USAGE } from './options';
import { type SetupStep, setUp } from './setup';

async function main(): Promise<void> {
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
  if (options.dryRun) process.stdout.write('Dry run: nothing was changed.\n');
  http.close();
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
