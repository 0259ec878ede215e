import { readFileSync } from 'node:fs';
import { HttpClient } from '../indexer/http_client';
import { readUrls } from '../indexer/settings';
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
    ca: options.ca ? readFileSync(options.ca, 'utf8') : undefined,
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

main().catch((error: Error) => {
  process.stderr.write(`rota-setup: ${error.message}\n`);
  process.exitCode = 1;
});
