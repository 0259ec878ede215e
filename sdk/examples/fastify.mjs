// Fastify 4 and 5.
//   ROTA_URL=relp://127.0.0.1:2514 PORT=3000 node fastify.mjs
import Fastify from 'fastify';
import { createLogger } from 'rota-sdk';
import { requestLogger } from 'rota-sdk/http';

const log = createLogger({ service: 'shop' });
const requests = requestLogger(log);

const app = Fastify();
await app.register(requests.fastify);

app.get('/', async () => {
  log.info('Someone is here'); // carries the request's ids
  return 'Hello\n';
});

app.get('/fail', async () => {
  throw new Error('This is what a 500 looks like');
});

await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
console.log('ready');

async function stop() {
  await app.close();
  await log.close(); // resolves once the last line is acknowledged
}
process.once('SIGTERM', stop).once('SIGINT', stop);
