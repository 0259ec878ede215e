import { createLogger } from 'rota-sdk';
import { requestLogger } from 'rota-sdk/http';
import { demoApp } from './app.js';

/** The demo webapp as a process. ROTA_URL, ROTA_SERVICE … are the SDK's own settings; PORT and ROTA_BIND
 *  are where it listens, ROTA_TRUSTED_PROXY is the frontend whose X-Forwarded-For is believed. ROTA_DEMO_WORK slows its
 *  answers as real work does (a factor), ROTA_DEMO_QUEUE is how many events its SDK holds. */
const host = process.env['ROTA_HOSTNAME'] ?? 'webapp';
const port = Number(process.env['PORT']);
const address = process.env['ROTA_BIND'] ?? '127.0.0.1';
const queue = process.env['ROTA_DEMO_QUEUE'];
const log = createLogger({
  ...(queue ? { queue: { maxEvents: Number(queue) } } : {}),
  onWarning: (error) => console.error(`${new Date().toISOString()} ${error.message}`),
});
const requests = requestLogger(log, {
  trustProxy: ['loopback', ...(process.env['ROTA_TRUSTED_PROXY']?.split(',') ?? [])],
  // The balancer's probes, which a frontend passes on: Octavia's (and our HAProxy's) bring no User-Agent.
  healthChecks: [{ userAgent: 'none', path: '/', method: 'GET' }],
});
const app = demoApp({ host, log, requests, workFactor: Number(process.env['ROTA_DEMO_WORK'] ?? 0) });

const server = app.listen(port, address, () => {
  log.notice('Listening', { event: { action: 'process-started', category: ['process'], type: ['start'] } });
});

/**
 * Answers what is under way, ships what is logged, then ends. A frontend keeps its connections open and would go on
 * sending requests by them: each is closed after its answer.
 */
function shutDown(): void {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  server.close(() => void log.close({ timeoutMs: 3000 }).then(() => process.exit(0)));
  setInterval(() => server.closeIdleConnections(), 50).unref();
}
process.once('SIGTERM', shutDown);
process.once('SIGINT', shutDown);
