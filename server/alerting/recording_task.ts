import type { RotaHost, SearchClient } from '../host';
import { recordEvents, WINDOW_MS } from './record_events';

/** The narrow part of Kibana 8.12's task manager that the recording uses. */
export interface TaskManagerSetup {
  registerTaskDefinitions(definitions: Record<string, TaskDefinition>): void;
}

export interface TaskManagerStart {
  ensureScheduled(task: {
    id: string;
    taskType: string;
    schedule: { interval: string };
    params: object;
    state: RecordingState;
  }): Promise<unknown>;
}

interface TaskDefinition {
  title: string;
  timeout: string;
  createTaskRunner(context: { taskInstance: { state: RecordingState } }): {
    run(): Promise<{ state: RecordingState }>;
    cancel(): Promise<void>;
  };
}

interface RecordingState {
  /** Up to here (ms since 1970) everything is recorded; absent before the first run. */
  recorded_to?: number;
}

const TASK_TYPE = 'rota:record_health';
const TASK_ID = 'rota-record-health';
const INTERVAL = '1m';
/** Windows overlap so far that every event lies inside one of them, away from its begin. */
const STEP_MS = 10 * 60_000;
const OVERLAP_MS = WINDOW_MS - STEP_MS;
/** How much is made up for after a time without Kibana: six hours. */
const MOST_WINDOWS = 36;

/** Makes Kibana's task manager record pool events; one Kibana of several runs each turn. */
export function registerRecording(taskManager: TaskManagerSetup, host: RotaHost, client: () => SearchClient): void {
  let warned = false;
  const run = async (state: RecordingState): Promise<RecordingState> => {
    const now = Date.now();
    try {
      return (await recordUpTo(host, client(), now, state.recorded_to)) ? { recorded_to: now } : state;
    } catch (error) {
      const { statusCode } = error as { statusCode?: number };
      if (statusCode !== 401 && statusCode !== 403) {
        host.logger.debug(`Pool events could not be recorded this minute: ${(error as Error).message}`);
      } else if (!warned) {
        warned = true;
        host.logger.warn(
          `Pool events are not recorded: Kibana’s own user may not read logs-*-${host.settings.namespace} and write to logs-rota.health-${host.settings.namespace} (docs/plugin.md, "Privileges"). The pages work without.`,
        );
      }
      return state;
    }
  };
  taskManager.registerTaskDefinitions({
    [TASK_TYPE]: {
      title: 'Rota: record pool events',
      timeout: '2m',
      createTaskRunner: ({ taskInstance }) => ({
        run: async () => ({ state: await run(taskInstance.state) }),
        cancel: async () => undefined,
      }),
    },
  });
}

/** The same task for every Kibana on one Elasticsearch: the first that comes makes it. */
export async function scheduleRecording(taskManager: TaskManagerStart): Promise<void> {
  const schedule = { interval: INTERVAL };
  await taskManager.ensureScheduled({ id: TASK_ID, taskType: TASK_TYPE, schedule, params: {}, state: {} });
}

/** Records what happened since `recordedTo`, window by window; false when some answer was partial and must be asked again. */
export async function recordUpTo(
  host: RotaHost,
  elasticsearch: SearchClient,
  now: number,
  recordedTo = now,
): Promise<boolean> {
  let complete = true;
  for (const end of windowEnds(now, recordedTo)) {
    complete = (await recordEvents(host, elasticsearch, now, end)).complete && complete;
  }
  return complete;
}

/** Ends of the windows that cover the time from `recordedTo` to `now`, oldest first. */
export function windowEnds(now: number, recordedTo: number): number[] {
  const missed = Math.max(0, now - recordedTo - STEP_MS + OVERLAP_MS);
  const more = Math.min(MOST_WINDOWS - 1, Math.ceil(missed / STEP_MS));
  return Array.from({ length: more + 1 }, (_, n) => now - (more - n) * STEP_MS);
}
