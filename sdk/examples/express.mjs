// Express 4 and 5.
//   ROTA_URL=relp://127.0.0.1:2514 PORT=3000 node express.mjs
import express from 'express';
import { addToContext, createLogger } from 'rota-sdk';
import { requestLogger } from 'rota-sdk/http';

const log = createLogger({ service: 'shop' });
const requests = requestLogger(log, { responseHeader: true });

const app = express();
app.use(requests); // first, so that every answer has its event
app.use(express.json());

app.get('/', (_request, response) => {
  log.info('Someone is here'); // carries the request's ids
  response.send('Hello\n');
});

app.post('/login', (request, response) => {
  addToContext({ user: { name: request.body.user } }); // on every further line, and on the access event
  log.info('Login', { form: request.body }); // the password in it is redacted
  response.json({ welcome: request.body.user });
});

app.get('/fail', () => {
  throw new Error('This is what a 500 looks like');
});

app.use(requests.errors); // after the routes, before your own error handlers

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => console.log('ready'));

function stop() {
  server.close(() => log.close()); // closes once the last line is acknowledged
  server.closeIdleConnections();
}
process.once('SIGTERM', stop).once('SIGINT', stop);
