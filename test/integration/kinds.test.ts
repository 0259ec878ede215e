import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFormatsFile } from '../../pipeline/formats/declared/formats_file';
import { intakeAll } from '../../pipeline/indexer/intake';
import { documentOf } from '../../pipeline/indexer/item';
import { readShapeSettings, shape } from '../../pipeline/indexer/shape';
import { readLine } from '../../pipeline/indexer/shape/line';
import type { ShapeSettings } from '../../pipeline/indexer/shape/settings';
import { withHeader } from '../support/lines/again.js';
import { Capture } from '../support/lines/capture.js';
import { flatten } from '../support/lines/expand.js';
import { send } from '../support/lines/inputs.js';
import { type Expected, readSituations, type Situation, type Wanted } from '../support/lines/kinds.js';

const situations = readSituations();
const PORTS = { udp: 'udp', tcp: 'tcp', relp: 'relp' } as const;
const FILES: Readonly<Record<string, string>> = {
  'nginx.access': 'ROTA_NGINX_ACCESS',
  'nginx.error': 'ROTA_NGINX_ERROR',
  'gunicorn.access': 'ROTA_GUNICORN_ACCESS',
  'gunicorn.error': 'ROTA_GUNICORN_ERROR',
};
interface Doc {
  dataset: string;
  flat: Record<string, unknown>;
  text: string;
}

/** Each situation goes through a real agent and server; the indexer's parser makes its documents. */
describe('what other programs write, by kinds', () => {
  let capture: Capture;
  let arrived: Buffer[] = [];
  const of = (one: Situation) =>
    arrived.filter((line) => line.includes(one.mark)).flatMap((line) => read(byItsClock(line, one), settingsOf(one)));

  beforeAll(async () => {
    capture = await Capture.start({ ROTA_STATS_INTERVAL: '600' });
    for (const env of new Set(situations.map(envOf))) {
      await runAgent(
        JSON.parse(env) as Record<string, string>,
        situations.filter((one) => envOf(one) === env),
      );
    }
    for (const [input, name] of Object.entries(PORTS)) {
      const messages = situations.filter((one) => one.input === input).flatMap(({ lines }) => lines);
      await send(input, capture.ports.rsyslog[name], messages);
    }
    arrived = await capture.until((lines) => situations.every((one) => haveArrived(one, lines)));
  });
  afterAll(() => capture?.stop());

  /** An agent with this environment, which follows the files of its situations and takes their messages by its socket. */
  async function runAgent(env: Record<string, string>, some: Situation[]): Promise<void> {
    const name = `agent-${Object.values(env).join('-').replace(/\W/g, '_')}`;
    const folder = capture.own(name);
    const files = Object.entries(FILES).map(([dataset, setting]) => [setting, join(folder, `${dataset}-*.log`)]);
    const port = String(capture.ports.haproxyLog);
    await capture.startAgent('edge-1', {
      ...Object.fromEntries(files),
      ...env,
      ROTA_INPUT_LOCAL: 'on',
      ROTA_PORT_AGENT: port,
    });
    for (const [n, { input, lines }] of some.entries()) {
      if (!input.startsWith('file ')) continue;
      const path = join(folder, `${input.slice('file '.length)}-${n}.log`);
      writeFileSync(path, Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
    }
    const messages = some.filter(({ input }) => input === 'agent').flatMap(({ lines }) => lines);
    if (messages.length > 0) await send('tcp', capture.ports.haproxyLog, messages);
    const sent = some.filter(({ input }) => /^(file|agent)/.test(input));
    await capture.until((lines) => sent.every((one) => haveArrived(one, lines)));
    await capture.agent?.stop();
  }

  it.each(situations.map((one) => [`${one.kind}: ${one.what}`, one] as const))('%s', (_, one) => {
    const found = of(one);
    if (one.count !== 'any')
      expect(found.map(({ dataset }) => dataset).sort()).toEqual(one.expect.map(({ dataset }) => dataset).sort());
    const left = [...found];
    for (const wanted of one.expect) {
      const faults = left.map((doc) => faultsOf(doc, wanted));
      const at = faults.findIndex((some) => some.length === 0);
      expect(at, JSON.stringify({ wanted, faults, found }, null, 1)).not.toBe(-1);
      if (one.count !== 'any') left.splice(at, 1);
    }
  });
});

const envOf = ({ run }: Situation) => JSON.stringify(run.agent_env ?? {});

/** Whether each line of a file is there, and the end of each message. */
function haveArrived({ input, lines, mark }: Situation, arrived: readonly Buffer[]): boolean {
  const all = arrived.filter((line) => line.includes(mark)).map((line) => readLine(line).raw);
  return lines.every((line) => {
    const end = line
      .subarray(input.startsWith('file ') ? 0 : -24)
      .toString('latin1')
      .trimEnd();
    return all.some((raw) => raw.toString('latin1').includes(end));
  });
}

/** As the operator would set the indexer for it. */
function settingsOf({ declare }: Situation): ShapeSettings {
  if (declare === undefined) return readShapeSettings({});
  const { type, text = '', host, zone, program } = declare;
  if (type === 'host_zone') return readShapeSettings({ ROTA_ZONES: `${host}=${zone}` });
  // nginx_log_format, gunicorn_access_log_format, haproxy_log_format, apache_log_format, json_fields
  const name = type.slice(0, type.indexOf('_'));
  const yaml = JSON.stringify([{ [name]: text, ...(program === undefined ? {} : { program }) }]);
  return { ...readShapeSettings({}), ...readFormatsFile(yaml) };
}

/** What a server with this clock would have handed over: its receipt, and its own year where the header has none. */
function byItsClock(line: Buffer, { run }: Situation): Buffer {
  if (run.clock === undefined) return line;
  const rcv = `${run.clock.replace(' ', 'T')}.000000+00:00`;
  return withHeader(line, (header) => ({ ...header, rcv, ts: rcv.slice(0, 4) + String(header['ts']).slice(4) }));
}

function read(line: Buffer, settings: ShapeSettings): Doc[] {
  return intakeAll(line, (bytes) => shape(bytes, settings), 'rota').map((item) => {
    const doc = documentOf(item);
    return { dataset: item.dataset, flat: flatten(doc), text: JSON.stringify(doc) };
  });
}

/** What is not as it should be. */
function faultsOf({ dataset, flat, text }: Doc, wanted: Expected): string[] {
  const faults: string[] = [];
  if (dataset !== wanted.dataset) faults.push(`dataset ${dataset}`);
  for (const [name, value] of Object.entries(wanted.fields ?? {})) {
    if (!fits(flat[name], value)) faults.push(`${name} is ${JSON.stringify(flat[name])}, not ${JSON.stringify(value)}`);
  }
  for (const name of wanted.absent ?? []) {
    const there = Object.keys(flat).find((one) => one === name || one.startsWith(`${name}.`));
    if (there !== undefined) faults.push(`${there} is there`);
  }
  const attempts = flat['rota.attempts'];
  if (wanted.attempts !== undefined && (attempts as unknown[] | undefined)?.length !== wanted.attempts)
    faults.push('attempts');
  const values = JSON.stringify(flat);
  for (const part of wanted.contains ?? [])
    if (!values.includes(JSON.stringify(part).slice(1, -1))) faults.push(`no ${part}`);
  for (const part of wanted.not_contains ?? []) if (values.includes(part)) faults.push(`${part} in ${text}`);
  return faults;
}

function fits(value: unknown, wanted: Wanted): boolean {
  if (wanted === null) return value === undefined;
  if (typeof wanted !== 'object') return value === wanted;
  if ('any' in wanted) return wanted.any.some((one) => fits(value, one));
  return 'has' in wanted ? String(value).includes(wanted.has) : String(value).startsWith(wanted.starts);
}
