/** Calls of Kibana's HTTP API, as its own browser makes them. */
export type KibanaApi = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ status: number; body: Record<string, unknown> }>;

export function kibanaApi(base: string, headers: Record<string, string> = {}): KibanaApi {
  return async (method, path, body) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'kbn-xsrf': 'rota',
        'x-elastic-internal-origin': 'rota',
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  };
}

/** The body of an answer that must be a success. */
export async function ok(answer: ReturnType<KibanaApi>): Promise<Record<string, unknown>> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`Kibana answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
