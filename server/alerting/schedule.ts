import type { RotaHost, SearchClient } from '../host';
import { recordEvents } from './record_events';

const EVERY_MS = 60_000;

/**
 * Runs `recordEvents` every minute until it is stopped. Several Kibanas may do so: the ids make repeats harmless. A user
 * who may not write ends it with one sentence, not one a minute.
 */
export function scheduleRecording(
  host: RotaHost,
  elasticsearch: SearchClient,
  everyMs = EVERY_MS,
): { stop: () => void } {
  let running = false;
  const timer = setInterval(async () => {
    if (running) return;
    running = true;
    try {
      await recordEvents(host, elasticsearch, Date.now());
    } catch (error) {
      const { statusCode } = error as { statusCode?: number };
      if (statusCode === 401 || statusCode === 403) {
        clearInterval(timer);
        host.logger.warn(
          'Pool events are not recorded: Kibana’s own user may not write to logs-rota.health-*. The pages work without.',
        );
      } else host.logger.debug(`Pool events could not be recorded this minute: ${(error as Error).message}`);
    } finally {
      running = false;
    }
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
