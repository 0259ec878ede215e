// Plain node:http.
//   ROTA_URL=relp://127.0.0.1:2514 PORT=3000 node node_http.mjs
import { createServer } from 'node:http';
import { createLogger } from 'rota-sdk';
import { requestLogger } from 'rota-sdk/http';

const log = createLogger({ service: 'hello' });
const requests = requestLogger(log);

const server = createServer(
  requests.handler(async (request, response) => {
    log.info('Someone is here'); // carries the request's ids
    if (request.url === '/fail') throw new Error('This is what a 500 looks like');
    response.setHeader('content-type', 'text/plain');
    response.end('Hello\n');
  }),
);
requests.observe(server); // WebSocket upgrades and malformed requests too

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => console.log('ready'));

function stop() {
  server.close(() => log.close()); // closes once the last line is acknowledged
  server.closeIdleConnections();
}
process.once('SIGTERM', stop).once('SIGINT', stop);
