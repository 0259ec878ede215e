import { EXPORT_HEADERS, EXPORT_PATH, errorBodySchema } from '../../../common/api';
import type { exportRequestSchema } from '../../../common/api/requests';
import type { CoreHttp } from '../../kibana/contract';

export type ExportInput = (typeof exportRequestSchema)['_input'];

export interface Exported {
  /** Requests in the file, and all that match. */
  rows: number;
  matching: number;
  /** More match than could be told. */
  lowerBound: boolean;
  file: Blob;
}

/** Fetches the file of what matches. Rejects with a sentence for the user, also when the answer broke off. */
export async function fetchExport(http: CoreHttp, input: ExportInput): Promise<Exported> {
  const { response } = (await http
    .post(EXPORT_PATH, { body: JSON.stringify(input), asResponse: true, rawResponse: true })
    .catch(async (error: unknown) => {
      throw new Error(await reasonOf(error));
    })) as { response: Response };
  const number = (header: string) => Number(response.headers.get(header));
  const rows = number(EXPORT_HEADERS.rows);
  const file = await response.blob().catch(() => {
    throw new Error('The answer broke off. Try again, or narrow the time range.');
  });
  const got = rowsIn(await file.text(), input.format);
  if (got !== rows) {
    throw new Error(`The answer broke off after ${got} of ${rows} requests. Try again, or narrow the time range.`);
  }
  const lowerBound = response.headers.get(EXPORT_HEADERS.lower_bound) === 'true';
  return { rows, matching: number(EXPORT_HEADERS.matching), lowerBound, file };
}

/** Hands a file to the browser's downloads. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

/** Whole rows: in CSV a line break inside of quotes belongs to its cell, and the first row has the names. */
export function rowsIn(text: string, format: ExportInput['format']): number {
  let rows = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE && format === 'csv') quoted = !quoted;
    else if (code === LINE_FEED && !quoted) rows++;
  }
  return format === 'csv' ? Math.max(0, rows - 1) : rows;
}

const QUOTE = 34;
const LINE_FEED = 10;

/** Of a raw answer Kibana leaves the body unread, errors too. */
async function reasonOf(error: unknown): Promise<string> {
  const { body, response, message } = error as { body?: unknown; response?: Response; message?: string };
  const read: unknown = body ?? (await response?.json().catch(() => undefined));
  const known = errorBodySchema.safeParse(read);
  return known.success ? known.data.message : (message ?? String(error));
}
