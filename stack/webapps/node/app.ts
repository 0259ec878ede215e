import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Logger } from 'rota-sdk';
import type { RequestLogger } from 'rota-sdk/http';
import { FaultSwitch, InjectedFault } from './fault.js';
import { helloPage } from './page.js';
import { work } from './work.js';

export interface DemoApp {
  host: string;
  log: Logger;
  /** The SDK's request logging; it comes first, so that every answer has its event. */
  requests: RequestLogger;
  /** How much its work slows its answers; 0, the default: not at all. */
  workFactor?: number;
}

/** A small shop that says who served: real routes, real log lines, and a switch by which it can be broken. */
export function demoApp({ host, log, requests, workFactor = 0 }: DemoApp): Express {
  const faults = new FaultSwitch();
  const app = express();
  app.disable('x-powered-by');
  app.all('/__rota/fault', express.json(), faults.route);
  app.use((_request, response, next) => {
    response.setHeader('x-served-by', host);
    next();
  });
  app.use(requests);
  app.use(faults.middleware);
  app.use(work(workFactor));

  app.get('/', (request, response) => {
    response.type('html').send(helloPage(host, request.header('x-request-id')));
  });
  app.get('/products/:id', (request, response) => {
    const id = Number(request.params['id']);
    if (!Number.isInteger(id)) {
      log.warning('No such product', { labels: { product: String(request.params['id']) } });
      response.status(404).json({ error: 'no such product' });
      return;
    }
    response.json({ id, name: `Product ${id}`, served_by: host });
  });
  app.get('/search', (request, response) => {
    log.info('Search', { labels: { query: String(request.query['q'] ?? '') } });
    response.json({ hits: [], served_by: host });
  });
  app.post('/checkout', (_request, response) => {
    log.notice('Order placed', { event: { action: 'order-placed' } });
    response.status(201).json({ order: 'placed', served_by: host });
  });

  app.use(requests.errors);
  app.use(((error: Error, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = error instanceof InjectedFault ? error.status : 500;
    response.status(status).type('text').send(`${status}: ${host} could not answer this request.\n`);
  }) satisfies ErrorRequestHandler);
  return app;
}
