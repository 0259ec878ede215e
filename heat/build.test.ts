import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { build, TEMPLATES } from './build';
import { buildUserData, USER_DATA_LIMIT } from './build/user_data';
import { isMap, parseYaml, type YamlMap } from './build/yaml';

const ROLES = ['frontend', 'webapp', 'log_server', 'elasticsearch', 'kibana'];
const readTemplate = (name: string) =>
  parseYaml(readFileSync(join(import.meta.dirname, name), 'utf8'), name) as YamlMap;

describe('the committed templates', () => {
  it('are what their sources and the pipeline make now (else: npx tsx heat/build.ts)', () => {
    expect(build(false)).toEqual([]);
  });

  it('give every parameter of the entry a default and a description', () => {
    const parameters = readTemplate('rota.yaml')['parameters'] as Record<string, YamlMap>;
    expect(Object.keys(parameters).length).toBeGreaterThan(25);
    for (const [name, parameter] of Object.entries(parameters)) {
      expect(parameter, name).toHaveProperty('default');
      expect(parameter, name).toHaveProperty('description');
    }
  });

  it('put the name of the parameter into the message of every constraint', () => {
    const parameters = readTemplate('rota.yaml')['parameters'] as Record<string, YamlMap>;
    for (const [name, parameter] of Object.entries(parameters)) {
      for (const constraint of (parameter['constraints'] ?? []) as YamlMap[]) {
        expect(String(constraint['description']).startsWith(`${name}: `), name).toBe(true);
      }
    }
  });

  it('show every parameter in one group', () => {
    const template = readTemplate('rota.yaml');
    const grouped = (template['parameter_groups'] as YamlMap[]).flatMap((group) => group['parameters'] as string[]);
    expect(grouped.sort()).toEqual(Object.keys(template['parameters'] as YamlMap).sort());
  });

  it('name nested files by paths that stand beside them, and by what they hold', () => {
    for (const name of TEMPLATES.filter((each) => each !== 'rackspace_environment.yaml')) {
      for (const type of typesOf(readTemplate(name)).filter((each) => each.endsWith('.yaml'))) {
        const [, path, digest] = /^((?:[a-z_]+\/)?[a-z_]+\.yaml)#([0-9a-f]{8})\.yaml$/.exec(type) ?? [];
        expect(TEMPLATES, type).toContain(join(name, '..', path ?? ''));
        const nested = readFileSync(join(import.meta.dirname, name, '..', path ?? ''));
        expect(createHash('sha256').update(nested).digest('hex').slice(0, 8), type).toBe(digest);
      }
    }
  });

  // Octavia answers 500 when it removes a monitor and its pool's listener in the same moment.
  it.each([
    ['rota.yaml', ['monitor', 'listener', 'tls_listener', 'web_tier']],
    ['rota.yaml', ['log_monitor', 'log_listener', 'log_tier']],
    ['rackspace/on_openstack_load_balancer.yaml', ['monitor', 'listener', 'members']],
  ])('%s makes and removes a balancer’s %j one after the other', (name, chain) => {
    const resources = readTemplate(name)['resources'] as Record<string, YamlMap>;
    for (const [i, resource] of chain.slice(1).entries()) {
      expect(resources[resource]?.['depends_on'], resource).toContain(chain[i]);
    }
  });
});

describe.each(ROLES)('user_data of %s', (role) => {
  const { text, tokens } = buildUserData(role);
  const config = parseYaml(text, role) as YamlMap;
  const files = new Map(
    (config['write_files'] as YamlMap[]).map((file) => [String(file['path']), String(file['content'])]),
  );

  it('is cloud-config of less than 45 KiB', () => {
    expect(text.startsWith('#cloud-config\n')).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThan(USER_DATA_LIMIT);
  });

  it('carries the files of the pipeline, comments apart, as they are', () => {
    const carried = [...files].filter(([path]) => path.startsWith('/etc/rota/rsyslog/'));
    // A log server has them from the archive of its programs.
    expect(carried.length > 3).toBe(role !== 'log_server');
    for (const [path, content] of carried) {
      const source = readFileSync(join(import.meta.dirname, '..', path.replace('/etc/rota', 'pipeline')), 'utf8');
      const statements = (each: string) => each.split('\n').filter((line) => line.trim() && !/^\s*#/.test(line));
      expect(statements(content)).toEqual(statements(source));
    }
  });

  it('starts services that it brings, each of them hardened and restarted', () => {
    const units = [...files].filter(([path]) => path.endsWith('.service') && !path.includes('rota-peers'));
    for (const [path, unit] of units) {
      expect(unit, path).toContain('NoNewPrivileges=yes');
      expect(unit, path).toContain('ProtectSystem=strict');
      expect(unit, path).not.toContain('$HARDENING');
      if (!unit.includes('Type=oneshot')) expect(unit, path).toContain('Restart=always');
      expect(unit, path).toMatch(/^(User=rota|DynamicUser=yes)$/m);
    }
  });

  it('has the package’s own services restarted and hardened, too', () => {
    const own = [...files].filter(([path]) => path.endsWith('.service.d/rota.conf'));
    expect(own.map(([path]) => path)).toEqual(
      ['elasticsearch', 'kibana'].includes(role) ? [`/etc/systemd/system/${role}.service.d/rota.conf`] : [],
    );
    for (const [path, unit] of own) {
      expect(unit, path).toContain('NoNewPrivileges=yes');
      expect(unit, path).toContain('Restart=always');
      expect(unit, path).not.toContain('$HARDENING');
    }
  });

  it('keeps what holds secrets from other accounts', () => {
    const open = (config['write_files'] as YamlMap[]).filter((file) => file['permissions'] !== '0600');
    const secret = /@(?:\w*(?:password|secret|token|key))@/;
    for (const file of open) expect(String(file['content']), String(file['path'])).not.toMatch(secret);
    expect(tokens.size).toBeGreaterThan(6);
  });
});

it('the webapp’s SDK keeps what it cannot send in a folder that its service may write to', () => {
  const { text } = buildUserData('webapp');
  const spool = /^\s*ROTA_SPOOL_DIR=\/var\/lib\/(\S+)$/m.exec(text)?.[1];
  const service = text.slice(text.indexOf('path: /etc/systemd/system/rota-webapp.service'));
  expect(spool).toBeDefined();
  expect(/^\s*StateDirectory=(\S+)$/m.exec(service)?.[1]).toBe(spool);
});

function typesOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(typesOf);
  if (!isMap(node as YamlMap)) return [];
  return Object.entries(node as YamlMap).flatMap(([key, value]) =>
    key === 'type' && typeof value === 'string' ? [value] : typesOf(value),
  );
}
