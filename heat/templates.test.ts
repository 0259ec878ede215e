import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { config, ROLES, readTemplate, serverFiles } from './server_files';
import { archived, TEMPLATES, versions } from './versions';
import { isMap, type Yaml, type YamlMap } from './yaml';

const ENTRIES = ['rota', 'rackspace'] as const;

describe('the templates', () => {
  it('tell the version of each nested template and of the pipeline’s files (else: npx tsx heat/versions.ts)', () => {
    expect(versions(false)).toEqual([]);
  });

  it.each(ENTRIES)('%s.yaml gives every parameter a default, a label and a description', (entry) => {
    const parameters = readTemplate(`${entry}.yaml`)['parameters'] as Record<string, YamlMap>;
    expect(Object.keys(parameters).length).toBeGreaterThan(20);
    for (const [name, parameter] of Object.entries(parameters)) {
      expect(parameter, name).toHaveProperty('default');
      expect(parameter, name).toHaveProperty('description');
      // What Horizon's form calls it.
      expect(String(parameter['label']).length, name).toBeGreaterThan(3);
    }
  });

  it.each(ENTRIES)('%s.yaml puts the name of the parameter into the message of every constraint', (entry) => {
    const parameters = readTemplate(`${entry}.yaml`)['parameters'] as Record<string, YamlMap>;
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
    const uses = TEMPLATES.flatMap((name) => typesOf(readTemplate(name)).map((type): [string, string] => [name, type]));
    const nested = uses.filter(([, type]) => type.includes('.yaml'));
    expect(nested.length).toBeGreaterThan(10);
    for (const [name, type] of nested) {
      const [, path, version] = /^((?:[a-z_]+\/)?[a-z_]+\.yaml)#([0-9a-f]{8})\.yaml$/.exec(type) ?? [];
      expect(TEMPLATES, type).toContain(join(name, '..', path ?? ''));
      const content = readFileSync(join(import.meta.dirname, name, '..', path!));
      expect(createHash('sha256').update(content).digest('hex').slice(0, 8), type).toBe(version);
    }
  });

  // In a nested template it would change for the members that wait for their turn, too (docs/decisions/0161).
  it('take files in above the groups alone', () => {
    const takers = TEMPLATES.filter((name) => JSON.stringify(readTemplate(name)).includes('"get_file"'));
    expect(takers).toEqual(['rota.yaml', 'rackspace.yaml']);
  });

  it('are of one mind where two entries say the same', () => {
    const [rota, rackspace] = ENTRIES.map((entry) => readTemplate(`${entry}.yaml`)) as [YamlMap, YamlMap];
    for (const name of ['common', ...ROLES].map((role) => `${role}_files`)) {
      expect(config(rackspace, name), name).toEqual(config(rota, name));
    }
    const own = ['image', 'flavor', 'log_flavor', 'elasticsearch_flavor', 'kibana_flavor', 'key_name'];
    const others = ['monitor_timeout', 'edge_cidr', 'inside_cidr'];
    for (const [name, parameter] of Object.entries(rackspace['parameters'] as Record<string, YamlMap>)) {
      const { default: _, constraints: __, ...same } = (rota['parameters'] as Record<string, YamlMap>)[name]!;
      if (own.includes(name)) expect(parameter, name).toMatchObject(same);
      else if (!others.includes(name)) expect(parameter, name).toEqual((rota['parameters'] as YamlMap)[name]);
    }
  });

  it('make a server in the same way for every role', () => {
    const parts = ENTRIES.flatMap((entry) =>
      ROLES.map((role) => {
        const resources = readTemplate(`${entry}/${role}.yaml`)['resources'] as Record<string, YamlMap>;
        const { name, image, flavor, key_name, metadata, user_data_format, user_data } = resources['server']![
          'properties'
        ] as YamlMap;
        const { write_files: _, ...boot } = config(readTemplate(`${entry}/${role}.yaml`), 'boot');
        const server = { name, image, flavor, key_name, metadata, user_data_format, user_data };
        const { handle, user_data: message, ready, report } = resources;
        return JSON.stringify({ server, boot, handle, message, ready, report });
      }),
    );
    expect(new Set(parts).size).toBe(1);
  });

  // A one-time secret serves one boot; a new server with an old secret would be refused its certificate.
  it.each(ENTRIES.flatMap((entry) => ROLES.map((role) => `${entry}/${role}.yaml`)))(
    '%s makes a new one-time secret with each new server',
    (name) => {
      const resources = readTemplate(name)['resources'] as Record<string, YamlMap>;
      const salt = JSON.stringify((resources['enrolment']!['properties'] as YamlMap)['salt']);
      const { image, key_name, scheduler_hints } = resources['server']!['properties'] as YamlMap;
      const group = isMap(scheduler_hints) ? [scheduler_hints['group']] : [];
      const secrets =
        JSON.stringify(config(readTemplate(name), 'boot')['write_files']).match(/"get_param":"\w+"/g) ?? [];
      for (const part of [image, key_name, ...group]) expect(salt).toContain(JSON.stringify(part));
      for (const part of ['["environment","value"]', '"files"', '"handle"', ...secrets]) expect(salt).toContain(part);
    },
  );

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

describe.each(ROLES)('what a server of the role %s carries', (role) => {
  const files = serverFiles(role);
  const content = new Map(files.map((file) => [file.path, file.content]));

  it('stands once, and has a value for every token', () => {
    expect(content.size).toBe(files.length);
    for (const entry of ENTRIES) {
      const template = JSON.stringify(readTemplate(`${entry}/${role}.yaml`));
      for (const file of serverFiles(role, entry)) {
        for (const [token] of file.content.matchAll(/@[a-z][a-z0-9_]*@/g)) expect(template).toContain(`"${token}":`);
      }
    }
  });

  it('names the files of the pipeline that it uses, which the archive brings', () => {
    const sums = files
      .filter(({ path }) => path.startsWith('/etc/rota/pipeline/'))
      .flatMap((file) => file.content.trim().split('\n'));
    const named = sums.map((line) => line.slice(66));
    for (const path of named) expect(existsSync(archived(path)), path).toBe(true);
    const begin = role === 'log_server' ? 'rsyslog/server.conf' : 'rsyslog/agent.conf';
    expect(named).toEqual(expect.arrayContaining(included(begin)));
  });

  it('gets by the archive every program that it runs, and no other', () => {
    const sums = files.filter(({ path }) => path.startsWith('/etc/rota/pipeline/'));
    const named = sums.flatMap((file) => [...file.content.matchAll(/ programs\/(\S+)$/gm)].map((match) => match[1]!));
    const own = ['peers.py', 'report.py'].map((name) => `/usr/local/lib/rota/${name}`);
    for (const path of own) expect(content.has(path), path).toBe(true);
    const texts = files.filter(({ path }) => /\.(sh|service)$/.test(path)).map((file) => file.content);
    const run = texts.flatMap((text) =>
      [...text.matchAll(/\/usr\/local\/lib\/rota\/(\w+\.py)/g)].map((match) => match[1]!),
    );
    const programs = new Set(run.filter((name) => !own.includes(`/usr/local/lib/rota/${name}`)));
    for (const name of programs) {
      const text = readFileSync(archived(`programs/${name}`), 'utf8');
      for (const [, module] of text.matchAll(/^from (\w+) import /gm)) {
        if (existsSync(archived(`programs/${module}.py`))) programs.add(`${module}.py`);
      }
    }
    expect([...programs].sort()).toEqual([...named].sort());
  });

  it('starts services that it brings, each of them hardened and restarted', () => {
    const units = files.filter(({ path }) => path.endsWith('.service') && !/rota-(peers|boot)\./.test(path));
    expect(content.get('/etc/systemd/system/rota-.service.d/hardening.conf')).toContain('NoNewPrivileges=yes');
    expect(content.get('/etc/systemd/system/rota-.service.d/hardening.conf')).toContain('ProtectSystem=strict');
    for (const { path, content: unit } of units) {
      // A name that begins so has that drop-in.
      expect(path).toMatch(/^\/etc\/systemd\/system\/rota-[a-z-]+\.service$/);
      if (!unit.includes('Type=oneshot')) expect(unit, path).toContain('Restart=always');
      expect(unit, path).toMatch(/^(User=rota|DynamicUser=yes)$/m);
    }
  });

  it('has the package’s own services restarted and hardened, too', () => {
    const own = ['elasticsearch', 'kibana'].filter((name) =>
      content.has(`/etc/systemd/system/${name}.service.d/rota.conf`),
    );
    expect(own).toEqual(['elasticsearch', 'kibana'].includes(role) ? [role] : []);
    for (const name of own) {
      expect(content.get(`/etc/systemd/system/${name}.service.d/rota.conf`)).toContain('Restart=always');
      expect(content.get(`/etc/systemd/system/${name}.service.d/hardening.conf`)).toContain('NoNewPrivileges=yes');
    }
  });

  it('keeps what holds secrets from other accounts', () => {
    const secret = /@(?:\w*(?:password|secret|token|key))@/;
    const holders = files.filter((file) => secret.test(file.content));
    expect(holders.length).toBeGreaterThan(0);
    for (const { path, permissions } of holders) expect(permissions, path).toBe('0600');
  });
});

it('the webapp’s SDK keeps what it cannot send in a folder that its service may write to', () => {
  const files = new Map(serverFiles('webapp').map((file) => [file.path, file.content]));
  const spool = /^\s*ROTA_SPOOL_DIR=\/var\/lib\/(\S+)$/m.exec(files.get('/usr/local/lib/rota/role.sh')!)?.[1];
  expect(spool).toBeDefined();
  const service = files.get('/etc/systemd/system/rota-webapp.service')!;
  expect(/^\s*StateDirectory=(\S+)$/m.exec(service)?.[1]).toBe(spool);
});

/** A configuration of rsyslog's and what it includes, in both profiles, as Heat's servers set it up. */
function included(path: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../pipeline', path), 'utf8');
  const inner = [...text.matchAll(/include\(file=`echo \$ROTA_RSYSLOG_DIR\/([^`]*)`\)/g)].flatMap((match) => {
    const name = match[1]!.replace('$ROTA_TLS', 'on').replace('$ROTA_HANDOVER', 'parse.conf');
    // Agents are always durable; a log server has the profile of its parameter.
    const profiles = path.includes('agent') ? ['durable'] : ['durable', 'fast'];
    return [...new Set(profiles.map((profile) => name.replace('$ROTA_PROFILE', profile)))];
  });
  return [path, ...inner.flatMap((name) => included(`rsyslog/${name}`))];
}

function typesOf(node: Yaml): string[] {
  if (Array.isArray(node)) return node.flatMap(typesOf);
  if (!isMap(node)) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'type' && typeof value === 'string' ? [value] : typesOf(value),
  );
}
