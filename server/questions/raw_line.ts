import type { RawLine } from '../../common/api';
import { DATASETS, type EcsDocument } from '../../common/ecs';
import type { Hit } from '../search/msearch';
import { datasetOf, hostOf, type TraceLine, timeOf } from './trace/lines';

const TEXT_DATASETS = new Set<string>([DATASETS.nginxError, DATASETS.gunicornError, DATASETS.syslog]);

export function lineOf({ _id, _index, _source }: Hit): TraceLine {
  return { id: _id, index: _index, doc: _source as EcsDocument };
}

/** A line as it was written, with what tells where it came from. */
export function rawLine(line: TraceLine): RawLine {
  const { doc } = line;
  // Where the pipeline keeps no original, a text line is its message, and everything else is what was made of it.
  const text = TEXT_DATASETS.has(datasetOf(line)) ? doc.message : undefined;
  const original = doc.event?.original ?? text ?? JSON.stringify(doc);
  const ingested = doc.event?.ingested === undefined ? null : Date.parse(doc.event.ingested);
  return {
    id: line.id,
    index: line.index,
    t: timeOf(line),
    host: hostOf(line),
    dataset: datasetOf(line),
    by_connection: false,
    tier: doc.rota?.tier ?? null,
    level: doc.log?.level ?? null,
    original,
    bytes: Buffer.byteLength(original),
    sent_after_ms: ingested === null ? null : ingested - timeOf(line),
    run: doc.agent?.ephemeral_id ?? null,
    sequence: doc.event?.sequence ?? null,
  };
}
