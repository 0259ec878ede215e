import { shape } from '../indexer/shape';
import { LINE_DATASETS } from '../indexer/shape/formats';
import type { ShapeSettings } from '../indexer/shape/settings';
import { asHandedOver, type FileKind, readHeader } from './header';
import { readEvents } from './read_lines';
import type { LogFile } from './sources';

/** So many lines tell what a file holds. */
const SAMPLE = 200;

export interface Sample {
  kind: FileKind;
  lines: number;
  /** Lines of the sample that fit no format that is known. */
  misfits: number;
  /** The first of them. */
  misfit: string | undefined;
}

/** How an event of several lines begins: as the agent tells it (pipeline/rsyslog/agent.conf). */
const BEGINS: Readonly<Record<string, RegExp>> = {
  'nginx.error': /^(?:\d{4}\/..\/.. ..:..:.. \[|\{"log":|\d{4}-..-..T)/,
  'gunicorn.error': /^(?:\[\d{4}-..-.. |\{"log":|\d{4}-..-..T)/,
};

export function beginsOf({ dataset }: FileKind): RegExp | undefined {
  return dataset === undefined ? undefined : BEGINS[dataset];
}

/** What a file holds, by its first lines: an agent is told it, and here the lines must. */
export async function sampleOf(file: LogFile, settings: ShapeSettings): Promise<Sample> {
  const lines: Buffer[] = [];
  for await (const events of readEvents(file, undefined)) {
    lines.push(...events.slice(0, SAMPLE - lines.length).map(({ bytes }) => bytes));
    if (lines.length >= SAMPLE) break;
  }
  const texts = lines.map((bytes) => bytes.toString('latin1', 0, 512));
  const syslog = texts.length > 0 && texts.every((text) => readHeader(text, file.modified) !== undefined);
  const counts = new Map<string, number>();
  let misfit: string | undefined;
  let misfits = 0;
  for (const bytes of lines) {
    const dataset = datasetOf(file, syslog, bytes, settings);
    if (dataset !== undefined) counts.set(dataset, (counts.get(dataset) ?? 0) + 1);
    else {
      misfits += 1;
      misfit ??= bytes.toString('utf8', 0, 300);
    }
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  const dataset = most && LINE_DATASETS.has(most[0]) && !syslog ? most[0] : undefined;
  // What stands between the first lines of errors is their rest.
  if (dataset !== undefined && BEGINS[dataset] !== undefined)
    return { kind: { dataset, syslog }, lines: lines.length, misfits: 0, misfit: undefined };
  return { kind: { dataset, syslog }, lines: lines.length, misfits, misfit };
}

function datasetOf(file: LogFile, syslog: boolean, bytes: Buffer, settings: ShapeSettings): string | undefined {
  const way = { id: 'sample', zone: '', written: new Date(file.modified).toISOString() };
  const shaped = shape(asHandedOver(file, { dataset: undefined, syslog }, { bytes, offset: 0 }, way), settings);
  return shaped.kind === 'dead_letter' || shaped.dataset === 'syslog' ? undefined : shaped.dataset;
}
