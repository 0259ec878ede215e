import { IMPORTER } from '../../common/ecs/fields';
import { Counters } from '../indexer/counters';
import { DEAD_LETTER_DATASET } from '../indexer/dead_letter';
import { Delivery } from '../indexer/delivery';
import type { HttpClient } from '../indexer/http_client';
import { intakeAll } from '../indexer/intake';
import { documentOf, type Item } from '../indexer/item';
import type { ShapeSettings } from '../indexer/shape/settings';
import { createAnonymize, createShape } from '../indexer/shape/shape';
import { isObject, type Shaped, type ShapedText } from '../indexer/shape/shaped';
import type { Status } from '../indexer/status';
import { Streams } from '../indexer/streams';
import { Transaction } from '../indexer/transaction';
import { asHandedOver, type FileKind } from './header';
import { asTheAgent, byContent } from './identity';
import { beginsOf } from './kind';
import { readEvents } from './read_lines';
import type { LogFile } from './sources';

const LIMITS = { bulkDocs: 2000, bulkBytes: 4 * 1024 * 1024, concurrency: 3 };

/** How far an import is. */
export interface Progress {
  /** Events read: lines, but for those of errors that have several. */
  read: number;
  /** Of these, what became a document now … */
  indexed: number;
  /** … what was there already … */
  known: number;
  /** … and dead letters: read as far as their bytes, and kept. */
  deadLetters: number;
  /** Kept whole as `syslog`: of no format that is known. */
  unread: number;
  /** The first and last time that a line tells, ms since 1970; undefined: none yet. */
  from: number | undefined;
  to: number | undefined;
}

export interface ImportParts {
  http: HttpClient;
  settings: ShapeSettings;
  status: Status;
  /** The zone (IANA's name) of times that do not say theirs. */
  zone: string;
  /** Whether the host's own agent follows this file. */
  isFollowed(file: LogFile): boolean;
  /** Told after each block of lines. */
  onProgress(progress: Readonly<Progress>): void;
  onRefused(item: Item, reason: string): void;
}

/**
 * Reads files through the indexer's parser into Elasticsearch. Whatever was imported before is known again by its id.
 * @returns when each event is indexed, known, or kept as a dead letter
 */
export async function importFiles(
  files: readonly { file: LogFile; kind: FileKind }[],
  parts: ImportParts,
): Promise<Progress> {
  const { http, settings, status } = parts;
  const counters = new Counters();
  const delivery = new Delivery({
    http,
    counters,
    status,
    streams: new Streams(http),
    namespace: settings.namespace,
    anonymize: createAnonymize(settings),
    lastResort: parts.onRefused,
  });
  const transaction = new Transaction(delivery, LIMITS);
  const shape = withoutReceipt(createShape(settings));
  const progress: Progress = {
    read: 0,
    indexed: 0,
    known: 0,
    deadLetters: 0,
    unread: 0,
    from: undefined,
    to: undefined,
  };
  const tell = () => {
    const { indexed, conflicts, deadlettered } = counters.total;
    Object.assign(progress, { indexed, known: conflicts, deadLetters: deadlettered });
    parts.onProgress(progress);
  };
  for (const { file, kind } of files) {
    const identify = parts.isFollowed(file) ? asTheAgent(file) : byContent(file);
    const written = new Date(file.modified).toISOString();
    for await (const events of readEvents(file, beginsOf(kind))) {
      for (const event of events) {
        progress.read += 1;
        // An empty line is no event.
        if (event.bytes.length === 0) continue;
        const line = asHandedOver(file, kind, event, { id: identify(event), zone: parts.zone, written });
        for (const item of intakeAll(line, shape, settings.namespace)) {
          note(item, progress);
          transaction.add(item);
          while (transaction.full) await transaction.relief();
        }
      }
      tell();
    }
  }
  await transaction.commit();
  tell();
  return progress;
}

/**
 * Nobody took these lines while they were new: their receipt is the time which they bear, and `agent.type` says how they came. Else each would be
 * called late by as long as its file is old.
 */
function withoutReceipt(shape: (line: Buffer) => Shaped | ShapedText): (line: Buffer) => Shaped | ShapedText {
  return (line) => {
    const shaped = shape(line);
    if (shaped.kind === 'document') {
      const { event, '@timestamp': time } = shaped.doc;
      if (isObject(event) && time !== undefined) event['created'] = time;
      shaped.doc['agent'] ??= { type: IMPORTER };
    } else if (shaped.kind === 'text') {
      const [time] = shaped.times;
      // A quote in a value is escaped: what is found is the member.
      shaped.open = `{"agent":{"type":"${IMPORTER}"},${shaped.open.slice(1)}`.replace(
        /"created":"[^"]*"/,
        () => `"created":${JSON.stringify(time)}`,
      );
      shaped.times = [time, time];
    }
    return shaped;
  };
}

function note(item: Item, progress: Progress): void {
  if (item.dataset === DEAD_LETTER_DATASET) return;
  if (item.dataset === 'syslog') progress.unread += 1;
  const time = item.times[0];
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(ms)) return;
  if (progress.from === undefined || ms < progress.from) progress.from = ms;
  if (progress.to === undefined || ms > progress.to) progress.to = ms;
}

/** For the last resort: a dead letter that Elasticsearch refuses too. */
export function refusedText(item: Item, reason: string): string {
  return `${JSON.stringify({ id: item.id, reason, doc: documentOf(item) })}\n`;
}
