import type { RotaHost } from '../host';
import { answerDelivery } from '../questions/delivery';
import { answerFields } from '../questions/fields';
import { answerHealth } from '../questions/health';
import { answerRequests } from '../questions/requests';
import { answerRotation } from '../questions/rotation';
import { answerTrace } from '../questions/trace';
import { AnswerCache } from '../search/cache';
import { registerExportRoute } from './export_route';
import { registerJsonRoute } from './json_route';

const CACHE_ENTRIES = 200;
const CACHE_TTL_MS = 5 * 60_000;

/** Registers the whole API with a host (Kibana or `dev/`). */
export function registerRoutes(host: RotaHost): void {
  const cache = new AnswerCache(CACHE_ENTRIES, CACHE_TTL_MS);
  registerJsonRoute(host, cache, 'rotation', answerRotation);
  registerJsonRoute(host, cache, 'health', answerHealth);
  registerJsonRoute(host, cache, 'requests', answerRequests);
  registerExportRoute(host, cache);
  registerJsonRoute(host, cache, 'fields', answerFields);
  registerJsonRoute(host, cache, 'delivery', answerDelivery);
  registerJsonRoute(host, cache, 'trace', answerTrace);
}
