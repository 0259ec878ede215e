import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ROLES, serverConfig, serverFiles } from '../../heat/server_files';
import { TEMPLATES } from '../../heat/versions';
import { printYaml } from '../../heat/yaml';
import { BROKEN, breakTemplate } from './offline/broken';
import { type Case, runValidation, type Verdict } from './offline/run_validation';
import { NodeFiles } from './support/node_files';
import { collectEnvironment, collectTemplate } from './support/template_files';

const HEAT = join(import.meta.dirname, '../../heat');
const ENTRY = join(HEAT, 'rota.yaml');
const tools = inject('heatTools');

/** Every option on, so that every conditional resource and every nested file is looked at. */
/** A template that comes from a file is not told where it lies. */
const ARCHIVES = { artifacts_url: 'https://files.example/rota/artifacts/%branch%' };
const ALL_OPTIONS = {
  ...ARCHIVES,
  elasticsearch_nodes: 3,
  log_servers: 2,
  autoscaling: true,
  certificate: 'https://keys.example/v1/containers/11111111-2222-3333-4444-555555555555',
  elasticsearch_public: true,
  ssh_cidr: '192.0.2.0/24',
  external_network: 'public',
  webapp: 'django',
  log_profile: 'fast',
  operator_password: 'correct-horse-battery',
};

describe('Heat’s own engine, strict and offline,', () => {
  let verdicts: Map<string, Verdict>;
  const onOpenStack = collectEnvironment(join(HEAT, 'rackspace_environment.yaml'));
  const rackspace = (path: string): Omit<Case, 'name'> => {
    const { template, files } = collectTemplate(path);
    return { template, files: { ...files, ...onOpenStack.files }, environment: onOpenStack.environment };
  };
  const nested = TEMPLATES.filter((name) => name.includes('/') && !name.includes('on_openstack'));
  const alone = nested.map((name): Case => {
    const template = collectTemplate(join(HEAT, name));
    const parameters = madeUpParameters(template.template);
    return { name: `${name} alone`, ...rackspace(join(HEAT, name)), parameters };
  });
  const good: Case[] = [
    { name: 'rota.yaml', ...collectTemplate(ENTRY), parameters: ARCHIVES },
    { name: 'rota.yaml with every option', ...collectTemplate(ENTRY), parameters: ALL_OPTIONS },
    { name: 'rackspace.yaml', ...rackspace(join(HEAT, 'rackspace.yaml')), parameters: ARCHIVES },
    { name: 'the article’s template', ...rackspace(join(import.meta.dirname, 'fixtures/article.yaml')) },
    ...alone,
  ];
  // A nested file is broken and validated by itself too: as a part of its parent, Heat looks at it less closely.
  const broken = BROKEN.map((change): Case => {
    const template = breakTemplate(collectTemplate(change.file ? join(HEAT, change.file) : ENTRY), change);
    const parameters = change.file ? madeUpParameters(template.template) : { ...ARCHIVES, log_servers: 2 };
    return { name: change.name, ...template, parameters };
  });

  beforeAll(async () => {
    verdicts = await runValidation(tools.venv, [...good, ...broken]);
  });

  it.each(good.map(({ name }) => name))('takes %s', (name) => {
    expect(verdicts.get(name)).toMatchObject({ error: null });
    expect(verdicts.get(name)!.resources).toBeGreaterThan(0);
  });

  it.each(BROKEN.map(({ name, says }) => [name, says] as const))('refuses %s', (name, says) => {
    expect(verdicts.get(name)!.error).toMatch(says);
  });
});

describe.each(ROLES)('user_data of %s', (role) => {
  const folder = mkdtempSync(join(tmpdir(), 'rota-heat-user-data-'));
  const text = `#cloud-config\n${printYaml(serverConfig(role))}`;

  beforeAll(() => writeFileSync(join(folder, 'user-data'), text));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const schema = (file: string) =>
    spawnSync(join(tools.venv, 'bin/python'), ['-m', 'cloudinit.cmd.main', 'schema', '-c', file], {
      env: { ...process.env, PYTHONPATH: tools.cloudInit, PYTHONWARNINGS: 'ignore' },
      encoding: 'utf8',
    });

  it('is valid by cloud-init’s own schema', () => {
    const checked = schema(join(folder, 'user-data'));
    expect(checked.stdout + checked.stderr).toContain('Valid cloud-config');
    writeFileSync(join(folder, 'broken'), text.replace('permissions:', 'permision:'));
    expect(schema(join(folder, 'broken')).stderr).toContain("'permision' was unexpected");
  });

  it('has services that systemd itself finds hardened, but for those that change the server', () => {
    const files = new NodeFiles(role);
    const units = serverFiles(role).flatMap(({ path }) => /\/(rota-[a-z-]+\.service)$/.exec(path)?.[1] ?? []);
    expect(units).toContain('rota-peers.service');
    for (const unit of units) {
      const args = ['security', '--offline=true', '--no-pager', `--root=${files.root}`, unit];
      const { stdout } = spawnSync('systemd-analyze', args, {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      });
      const mark = ['rota-peers.service', 'rota-boot.service'].includes(unit) ? '✗' : '✓';
      for (const setting of ['NoNewPrivileges', 'ProtectSystem']) expect(stdout, unit).toContain(`${mark} ${setting}=`);
    }
    files.remove();
  });

  it('holds shell scripts in which ShellCheck finds nothing, and Python that compiles', () => {
    const files = serverFiles(role);
    expect(files.filter(({ path }) => path.endsWith('.sh')).length).toBeGreaterThan(3);
    for (const { path, content } of files) {
      const file = join(folder, path.replaceAll('/', '_'));
      writeFileSync(file, content);
      if (path.endsWith('.py')) {
        const compile = 'import sys; compile(open(sys.argv[1]).read(), sys.argv[1], "exec")';
        expect(spawnSync('python3', ['-c', compile, file], { encoding: 'utf8' }).stderr).toBe('');
      }
      if (!path.endsWith('.sh')) continue;
      // Sourced files are looked at by themselves; addresses are lists by spaces, split on purpose.
      const args = ['--shell', 'bash', '--exclude', 'SC1090,SC1091,SC2034,SC2086,SC2154', file];
      const checked = spawnSync('shellcheck', args, { encoding: 'utf8' });
      expect(checked.stdout, path).toBe('');
      expect(checked.status, path).toBe(0);
    }
  });
});

/** A value of the right type for each parameter of a nested template, which its parent would give it. */
function madeUpParameters(template: string): Record<string, unknown> {
  const { parameters } = JSON.parse(template) as { parameters: Record<string, { type: string }> };
  const settings = Object.fromEntries(
    ['stack', 'branch', 'artifacts_sha256', 'debian_packages', 'elastic_packages', 'webapp', 'image']
      .concat(['elastic_packages_key', 'namespace', 'log_profile', 'key_name', 'anti_affinity', 'enrolment_key'])
      .map((name) => [name, name === 'anti_affinity' ? 'soft-anti-affinity' : 'x']),
  );
  const values: Record<string, unknown> = {
    string: '1',
    number: 1,
    boolean: true,
    comma_delimited_list: ['10.0.0.1', '10.0.0.2'],
  };
  const json = {
    settings: { ...settings, kibana_port: 8000, trusted_cidr: '10.77.1.0/24' },
    peers: {},
  };
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { type }]) => [
      name,
      type === 'json' ? json[name as 'peers'] : name.endsWith('_cidr') ? '10.0.0.0/24' : values[type],
    ]),
  );
}
