// Several workers on one port, as node:cluster and PM2's cluster mode run them. Every worker has a logger of its own, with
// its own agent.ephemeral_id and numbers; they may share one spool folder: what a dead worker left there, another sends.
//   ROTA_URL=relp://127.0.0.1:2514 ROTA_SPOOL_DIR=/var/spool/shop PORT=3000 node cluster.mjs
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { createLogger } from 'rota-sdk';
import { requestLogger } from 'rota-sdk/http';

const WORKERS = Number(process.env.WORKERS ?? 2);

if (cluster.isPrimary) {
  let ready = 0;
  let stopping = false;
  cluster.on('message', () => ++ready === WORKERS && console.log('ready'));
  cluster.on('exit', () => !stopping && cluster.fork()); // a worker that died is replaced
  for (let n = 0; n < WORKERS; n++) cluster.fork();
  const stop = () => {
    stopping = true;
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM');
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
} else {
  const log = createLogger({ service: { name: 'shop', node: `worker-${cluster.worker.id}` } });
  const requests = requestLogger(log);
  const server = createServer(
    requests.handler((request, response) => {
      if (request.url === '/crash') setImmediate(fail);
      else response.end(`${process.pid}\n`);
    }),
  );
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => process.send('ready'));
  process.on('SIGINT', () => {}); // a terminal's Ctrl-C reaches every process; the primary decides
  process.once('SIGTERM', () => {
    server.close(async () => {
      await log.close();
      process.disconnect();
    });
    server.closeIdleConnections();
  });
}

function fail() {
  throw new Error('This worker is gone');
}
