import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NodeFiles } from './support/node_files';
import { RefreshTimer } from './support/refresh_timer';

const PEERS = { 'rota:log': '10.77.2.5', 'rota:elasticsearch:1': '10.77.2.6', 'rota:elasticsearch:2': '10.77.2.7' };

describe('Kibana’s settings, looked after every minute (its own script; systemd is a stand-in)', () => {
  let files: NodeFiles;
  let timer: RefreshTimer;

  beforeAll(() => {
    files = new NodeFiles('kibana', { host: 'kibana-1', kibana_port: '8000', elasticsearch_public: 'false' });
    timer = new RefreshTimer(files);
  });
  afterAll(() => files?.remove());

  async function settings(meta: Record<string, string>) {
    timer.tell({ ...PEERS, ...meta });
    const { code, output } = await timer.turn();
    expect(code, output).toBe(0);
    return { output, yaml: load(readFileSync(files.path('etc/kibana/kibana.yml'), 'utf8')) as Record<string, unknown> };
  }

  it('name every Elasticsearch node, and the address by which people call Kibana', async () => {
    const { yaml, output } = await settings({ 'rota:public': '203.0.113.51' });
    expect(yaml).toMatchObject({
      'server.port': 8000,
      'server.publicBaseUrl': 'https://203.0.113.51:8000',
      'elasticsearch.hosts': ['https://10.77.2.6:9200', 'https://10.77.2.7:9200'],
      'telemetry.optIn': false,
    });
    expect(output).toContain('systemctl try-restart kibana.service');
  });

  it('follow that address, with brackets where it is IPv6', async () => {
    const { yaml } = await settings({ 'rota:public': '2001:db8::51' });
    expect(yaml['server.publicBaseUrl']).toBe('https://[2001:db8::51]:8000');
  });

  it('claim no address where the metadata tells none, and are not read anew for nothing', async () => {
    const { yaml } = await settings({});
    expect(yaml).not.toHaveProperty('server.publicBaseUrl');
    expect((await settings({})).output).toBe('');
  });
});
