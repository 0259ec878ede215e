import { parseArgs } from 'node:util';
import { outcomeSentences } from '../../pipeline/import/index.js';
import { rotationLink } from '../../pipeline/import/link.js';
import { findLogs } from '../../pipeline/import/sources.js';
import { StackError } from '../errors.js';
import { defaultOptions, type StackOptions, seconds, wholeNumber } from '../options.js';
import type { Purpose } from '../setup/packages.js';
import { Stack } from '../stack.js';
import { installSteps, startSteps } from '../steps.js';
import { runSteps } from './run_steps.js';

const HELP = `npm start -- [options]      starts the whole stack on this machine and stops it on Ctrl-C

  --webapp node|django        what the webapps are (node: Express on the SDK; django: Django under Gunicorn)
  --profile durable|fast      how rsyslog queues (durable)
  --probe-interval TIME       time between the balancer's health checks (10s, as in the Heat templates)
  --retry-on-5xx              frontends ask the other webapp when one answers 5XX
  --frontends N               number of frontends (2)
  --webapps-per-frontend N    webapps behind each (2)

  --logs HOST=PATHS           no site: reads these log files (rotated and gzipped ones too) and shows them. May be given more than
                              once: --logs frontend-1=/path/access.log* --logs lb-1=/path/haproxy.log
  --format PROGRAM=FORMAT     their format, as it stands in the program's configuration; or the path of a formats.yaml
  --zone ZONE                 IANA's name of the zone of times that do not say theirs (this machine's)

  ROTA_PORT_BASE              first of the 100 ports used (8000)
  ELASTICSEARCH_URL           use this Elasticsearch instead of starting one
  ELASTICSEARCH_HOME          start this distribution instead of the embedded one
  KIBANA_HOME                 use this Kibana as the dashboard (needs a full Elasticsearch)`;

/** `npm start`: installs what is missing, starts everything, and stays until Ctrl-C or `npm run demo -- down`. */
export async function start(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    console.log(HELP);
    return 0;
  }
  const began = Date.now();
  const ended = untilAskedToEnd();
  const embedded = options.elasticsearch === 'embedded';
  const purposes: Purpose[] = options.logs ? [] : options.webapp === 'django' ? ['stack', 'django'] : ['stack'];
  if (options.logs) findLogs(options.logs.logs);
  await runSteps(await installSteps(purposes, embedded));
  const stack = new Stack(options);
  try {
    await stack.open(ended.end);
    await Promise.race([runSteps(startSteps(stack)), ended.promise.then(() => undefined)]);
    if (!ended.asked()) printAddresses(stack, Date.now() - began);
    await ended.promise;
  } finally {
    console.log('\nStopping …');
    await stack.close();
    console.log('Stopped; no process is left.');
  }
  return 0;
}

export function readOptions(args: string[]): StackOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h' },
      webapp: { type: 'string' },
      profile: { type: 'string' },
      'probe-interval': { type: 'string' },
      'retry-on-5xx': { type: 'boolean' },
      frontends: { type: 'string' },
      'webapps-per-frontend': { type: 'string' },
      logs: { type: 'string', multiple: true },
      format: { type: 'string', multiple: true },
      zone: { type: 'string' },
    },
  });
  if (values.help) return undefined;
  const options = defaultOptions();
  if (values.webapp) options.webapp = oneOf(values.webapp, ['node', 'django'], '--webapp');
  if (values.profile) options.profile = oneOf(values.profile, ['durable', 'fast'], '--profile');
  if (values['probe-interval']) options.probe.interval_s = seconds(values['probe-interval'], '--probe-interval');
  if (values['retry-on-5xx']) options.retryOn5xx = true;
  if (values.frontends) options.frontends = atMost(9, values.frontends, '--frontends');
  if (values['webapps-per-frontend']) {
    options.webappsPerFrontend = atMost(
      Math.floor(9 / options.frontends),
      values['webapps-per-frontend'],
      '--webapps-per-frontend',
    );
  }
  if (values.logs) {
    const zone = values.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    options.logs = { logs: values.logs, formats: values.format ?? [], zone };
  } else if (values.format || values.zone) {
    throw new StackError('ROTA_USAGE', '--format and --zone say how the files of --logs are read; name those, too.');
  }
  return options;
}

function oneOf<T extends string>(value: string, allowed: T[], name: string): T {
  if (allowed.includes(value as T)) return value as T;
  throw new StackError('ROTA_USAGE', `${name} is "${value}"; give ${allowed.join(' or ')}.`);
}

function atMost(most: number, text: string, name: string): number {
  const value = wholeNumber(text, name);
  if (value <= most) return value;
  throw new StackError('ROTA_USAGE', `${name} is ${value}; one machine's stack takes at most ${most}.`);
}

function printAddresses(stack: Stack, ms: number): void {
  if (stack.imported) {
    const { dashboard } = stack.status().urls;
    const link = rotationLink(dashboard as string, stack.imported) ?? `${dashboard}: no line told a time`;
    console.log(`\n${outcomeSentences(stack.imported).join('\n')}\n\n  Rotation   ${link}\n\nCtrl-C stops everything.`);
    return;
  }
  const { site, dashboard, elasticsearch, haproxy_stats } = stack.status().urls;
  const base = stack.options.base === 8000 ? '' : `ROTA_PORT_BASE=${stack.options.base} `;
  console.log(`
Up after ${(ms / 1000).toFixed(0)} s.

  site            ${site}
  dashboard       ${dashboard}
  Elasticsearch   ${elasticsearch}
  HAProxy stats   ${haproxy_stats}

Reload the site and watch it rotate, or in another terminal:

  ${base}npm run demo -- traffic
  ${base}npm run demo -- fail web-2 --status 500 --for 30s

Ctrl-C stops everything.`);
}

/** Resolves at the first SIGINT, SIGTERM, SIGHUP or `end()`; a second Ctrl-C does not cut the orderly stop short. */
function untilAskedToEnd() {
  let asked = false;
  let end: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    end = () => {
      asked = true;
      resolve();
    };
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end());
  return { promise, end: () => end(), asked: () => asked };
}
