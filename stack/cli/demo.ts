import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { control, runningStack } from '../control/client.js';
import { isAlive, orphans, removeState, type StackState } from '../control/state.js';
import { StackError } from '../errors.js';
import { defaultOptions, seconds, wholeNumber } from '../options.js';
import { traffic } from './traffic.js';

const HELP = `npm run demo -- COMMAND      drives the stack that "npm start" runs (its ports: ROTA_PORT_BASE, 8000)

  traffic [--rate N] [--for TIME]                                 sends requests to the site (20 a second, until Ctrl-C)
  fail HOST [--status N] [--latency TIME] [--path P] [--for TIME]  makes a webapp or a frontend fail
  mend HOST                                                       ends that
  stop HOST | start HOST                                          stops or starts one service
  status [--json]                                                 what runs
  down                                                            stops the stack`;

/** `npm run demo`: one command to a running stack. */
export async function demo(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  const { base } = defaultOptions();
  switch (command) {
    case 'traffic':
      return sendTraffic(runningStack(base), rest);
    case 'fail':
      return fail(runningStack(base), rest);
    case 'mend':
    case 'stop':
    case 'start':
      return named(runningStack(base), command, rest);
    case 'status':
      return status(runningStack(base), rest);
    case 'down':
      return down(base);
    default:
      console.log(HELP);
      return command === undefined || command === 'help' || command === '--help' ? 0 : 2;
  }
}

async function sendTraffic(state: StackState, args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { rate: { type: 'string' }, for: { type: 'string' } } });
  await traffic({
    url: state.urls['site'] as string,
    rate: wholeNumber(values.rate ?? '20', '--rate'),
    for_s: values.for === undefined ? undefined : seconds(values.for, '--for'),
  });
  return 0;
}

async function fail(state: StackState, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      status: { type: 'string' },
      latency: { type: 'string' },
      path: { type: 'string' },
      for: { type: 'string' },
    },
  });
  const name = host(positionals, 'fail');
  const fault = {
    ...(values.status !== undefined || values.latency === undefined
      ? { status: wholeNumber(values.status ?? '500', '--status') }
      : {}),
    ...(values.latency === undefined ? {} : { latency_ms: seconds(values.latency, '--latency') * 1000 }),
    ...(values.path === undefined ? {} : { path: values.path }),
    ...(values.for === undefined ? {} : { for_s: seconds(values.for, '--for') }),
  };
  await control(state.control, '/fail', { name, ...fault });
  const what = fault.status === undefined ? `answers ${fault.latency_ms} ms later` : `answers ${fault.status}`;
  console.log(
    `${name} ${what}${fault.for_s === undefined ? ` until "npm run demo -- mend ${name}"` : ` for ${fault.for_s} s`}.`,
  );
  return 0;
}

async function named(state: StackState, command: 'mend' | 'stop' | 'start', args: string[]): Promise<number> {
  const name = host(args, command);
  await control(state.control, `/${command}`, { name });
  console.log(`${name}: ${{ mend: 'mended', stop: 'stopped', start: 'started' }[command]}.`);
  return 0;
}

function host(args: string[], command: string): string {
  if (args[0] !== undefined && args.length === 1) return args[0];
  throw new StackError('ROTA_USAGE', `Name one host, such as: npm run demo -- ${command} web-2`);
}

function status(state: StackState, args: string[]): number {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } });
  const { services, urls } = state;
  if (values.json) {
    console.log(JSON.stringify({ services, urls }, null, 2));
    return 0;
  }
  for (const { name, tier, port, pid, state: now, since } of services) {
    console.log(
      [
        name.padEnd(18),
        tier.padEnd(10),
        now.padEnd(9),
        String(port).padEnd(6),
        `pid ${pid ?? '-'}`.padEnd(12),
        since,
      ].join(' '),
    );
  }
  for (const [name, url] of Object.entries(urls)) console.log(`${name.padEnd(18)} ${url}`);
  return services.every((service) => service.state === 'running') ? 0 : 1;
}

/** Stops a running stack, or ends what a killed one left behind. */
async function down(base: number): Promise<number> {
  const left = orphans(base);
  if (left.length > 0) {
    for (const { pid } of left) endGroup(pid as number);
    removeState(base);
    console.log(`Ended what a killed stack had left: ${left.map(({ name }) => name).join(', ')}.`);
    return 0;
  }
  const state = runningStack(base);
  await control(state.control, '/down');
  for (let waited = 0; isAlive(state.pid); waited += 200) {
    if (waited > 60_000)
      throw new StackError('ROTA_SERVICE_TIMEOUT', `The stack (pid ${state.pid}) has not ended within 60 s.`);
    await sleep(200);
  }
  console.log('Stopped.');
  return 0;
}

/** Services lead process groups of their own (stack/services/process.ts). */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended in between.
  }
}
