// Koa 2 and 3.
//   ROTA_URL=relp://127.0.0.1:2514 PORT=3000 node koa.mjs
import Koa from 'koa';
import { createLogger } from 'rota-sdk';
import { requestLogger } from 'rota-sdk/http';

const log = createLogger({ service: 'shop' });
const requests = requestLogger(log);

const app = new Koa();
app.silent = true; // Koa prints errors; they are logged now
app.use(requests.koa); // first

app.use((context) => {
  log.info('Someone is here'); // carries the request's ids
  if (context.path === '/fail') throw new Error('This is what a 500 looks like');
  context.body = 'Hello\n';
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => console.log('ready'));

function stop() {
  server.close(() => log.close()); // closes once the last line is acknowledged
  server.closeIdleConnections();
}
process.once('SIGTERM', stop).once('SIGINT', stop);
