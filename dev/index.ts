import { parseArgs } from 'node:util';
import { startDevHost } from './host';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8001' },
    elasticsearch: { type: 'string', default: 'http://127.0.0.1:8002' },
    /** Settings as in kibana.yml's `rota`, in JSON. */
    settings: { type: 'string', default: '{}' },
    readable: { type: 'boolean', default: false },
  },
});

const port = Number(values.port);
const host = await startDevHost({
  port,
  elasticsearchUrl: values.elasticsearch,
  settings: JSON.parse(values.settings),
  minify: !values.readable,
}).catch((error: unknown) => {
  const taken = (error as { code?: string }).code === 'EADDRINUSE';
  const words = error instanceof Error ? error.message : String(error);
  console.error(taken ? `Port ${port} is taken. Choose another with --port.` : `The host could not start: ${words}`);
  process.exit(1);
});
console.log(`Rota's development host: ${host.url}/app/rota (Elasticsearch at ${values.elasticsearch})`);
console.log('Send SIGHUP after a change of public/ to build the bundles again.');

process.on('SIGHUP', () => {
  host.rebuild().then(
    () => console.log('Built again.'),
    (error: unknown) => console.error(String(error)),
  );
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void host.close().then(() => process.exit(0)));
}
