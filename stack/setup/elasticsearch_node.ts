import { StackError } from '../errors.js';

/** Throws unless an Elasticsearch 8 answers at the address and, when `full`, is a whole distribution. */
export async function assertUsable(url: string, { full }: { full: boolean }): Promise<void> {
  const health = await get(`${url}/_cluster/health`);
  if (health?.status !== 200) {
    const why = health ? `it answered ${health.status}` : 'nothing answers there';
    throw new StackError(
      'ROTA_ELASTICSEARCH_URL',
      `Elasticsearch at ${url} cannot be used: ${why}. Check ELASTICSEARCH_URL (scheme, host, port), and that the node is up without security or with credentials in the address.`,
    );
  }
  if (full && (await get(`${url}/`))?.status !== 200) {
    throw needsFullElasticsearch();
  }
}

/** Why the embedded node will not do for a real Kibana. */
export function needsFullElasticsearch(): StackError {
  return new StackError(
    'ROTA_ELASTICSEARCH_NOT_FULL',
    'A real Kibana (KIBANA_HOME) needs a full Elasticsearch; the embedded one is a stripped node. Name one with ELASTICSEARCH_HOME (an unpacked distribution) or ELASTICSEARCH_URL, or leave KIBANA_HOME out to use the small dashboard host.',
  );
}

async function get(url: string): Promise<Response | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response;
  } catch {
    return undefined;
  }
}
