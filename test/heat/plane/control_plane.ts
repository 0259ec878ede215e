import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeConfiguration } from './configuration';
import { startDatabase } from './database';
import { Identity } from './identity';
import { type Layout, python, run, SERVICES } from './layout';
import { findPorts } from './ports';
import { Service } from './processes';

const PREFIX = 'rota-heat-plane-';

/** A running control plane; `stop` ends its processes and removes its folder. */
export interface ControlPlane {
  readonly layout: Layout;
  stop(): Promise<void>;
}

/** Starts Keystone, Placement, Glance, Neutron, Nova (fake driver), Octavia (no-op drivers) and Heat, a process each. */
export async function startControlPlane(venv: string): Promise<ControlPlane> {
  await removeLeftovers();
  const directory = await mkdtemp(join(tmpdir(), PREFIX));
  await writeFile(join(directory, 'owner'), String(process.pid));
  const services: Service[] = [];
  const stop = async () => {
    await Promise.all(services.slice(1).map((service) => service.stop()));
    await services[0]?.stop();
    if (!process.env['ROTA_HEAT_KEEP']) await rm(directory, { recursive: true, force: true });
  };
  try {
    const layout: Layout = { directory, venv, ports: await findPorts() };
    await writeConfiguration(layout);
    services.push(await startDatabase(layout));
    const started = SERVICES.map((name) => startService(layout, name));
    services.push(...started);
    await (await Identity.login(layout)).seed(layout);
    await writeFile(run(layout, 'seeded'), '');
    await Promise.all(started.map((service) => service.until(async () => / ready$/m.test(await service.log()))));
    return { layout, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Removes folders of planes whose owner was killed before it could; their processes ended with it. */
async function removeLeftovers(): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((each) => each.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    const owner = Number(await readFile(join(folder, 'owner'), 'utf8').catch(() => 'NaN'));
    if (Number.isInteger(owner) && !existsSync(`/proc/${owner}`)) await rm(folder, { recursive: true, force: true });
  }
}

function startService(layout: Layout, name: string): Service {
  const script = join(import.meta.dirname, 'python/run_service.py');
  const args = [script, name, join(layout.directory, 'plane.json')];
  return Service.start(name, python(layout), args, join(layout.directory, 'log', `${name}.log`));
}
