import { conform } from '../../../pipeline/indexer/conform';
import { DEAD_LETTER_DATASET, deadLetterDocument } from '../../../pipeline/indexer/dead_letter';
import { readShapeSettings } from '../../../pipeline/indexer/shape/settings';
import { shape } from '../../../pipeline/indexer/shape/shape';
import type { JsonObject, Shaped } from '../../../pipeline/indexer/shape/shaped';
import { isoTime } from './clock_text';
import { handOver } from './hand_over';
import type { Line } from './line';

/** The sites' monitors ask for these, and their operators said so. */
const HEALTH_PATHS = '/,/healthz';

/** A document as Elasticsearch holds it. */
export interface Document {
  dataset: string;
  id: string;
  doc: JsonObject;
}

/** Makes documents of lines by the pipeline's own shaper. */
export class Documents {
  private readonly settings;

  constructor(namespace: string) {
    this.settings = readShapeSettings({ ROTA_NAMESPACE: namespace, ROTA_HEALTH_PATHS: HEALTH_PATHS });
  }

  /** @returns undefined for a line that was lost */
  of(line: Line): Document | undefined {
    if (line.fate === 'lost') return undefined;
    const bytes = handOver(line);
    const shaped = shape(bytes, this.settings, undefined, line.ingested);
    const document = line.fate === 'refused' ? refused(shaped, bytes, line) : stored(shaped);
    const event = document.doc['event'] as JsonObject;
    event['ingested'] = isoTime(line.ingested);
    return document;
  }

  /** Those that are there when the question is asked. */
  *visible(lines: Iterable<Line>, askedAt: number): Generator<Document> {
    for (const line of lines) {
      const document = line.ingested <= askedAt ? this.of(line) : undefined;
      if (document) yield document;
    }
  }
}

function stored(shaped: Shaped): Document {
  return shaped.kind === 'document'
    ? { dataset: shaped.dataset, id: shaped.id, doc: conform(shaped.doc) }
    : { dataset: DEAD_LETTER_DATASET, id: shaped.id, doc: deadLetterDocument(shaped) };
}

/** As the indexer keeps what Elasticsearch refuses (pipeline/indexer/dead_letter.ts, refusedItem). */
function refused(shaped: Shaped, raw: Buffer, line: Line): Document {
  if (shaped.kind !== 'document') return stored(shaped);
  const { id, dataset } = shaped;
  const doc = deadLetterDocument({
    kind: 'dead_letter',
    code: 'refused',
    reason: `Elasticsearch refused it for logs-${dataset}: mapper_parsing_exception`,
    input: 'elasticsearch',
    raw,
    id,
    mayBeResend: false,
    received: isoTime(line.received),
    dataset,
  });
  return { dataset: DEAD_LETTER_DATASET, id, doc };
}
