import { EXPORT_PATH } from '../../../common/api';
import type { exportRequestSchema } from '../../../common/api/requests';
import type { CoreHttp } from '../../kibana/contract';

type ExportInput = (typeof exportRequestSchema)['_input'];

/** Streams what matches into a file. @returns how many requests were written */
export async function exportRequests(http: CoreHttp, input: ExportInput): Promise<number> {
  const { response } = (await http.post(EXPORT_PATH, {
    body: JSON.stringify(input),
    asResponse: true,
    rawResponse: true,
  })) as { response: Response };
  const blob = await response.blob();
  const text = await blob.text();
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: url, download: `rota-requests.${input.format}` }).click();
  URL.revokeObjectURL(url);
  const lines = text.split('\n').filter(Boolean).length;
  return input.format === 'csv' ? Math.max(0, lines - 1) : lines;
}
