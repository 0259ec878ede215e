/**
 * What an operator would otherwise open: the panels of the two dashboards of Elastic's nginx integration, as plain
 * aggregations of ours that answer the same questions over the same lines. Kibana asks once for each panel, all at a time.
 * The map is left out (the fixture has no places).
 */
export interface Panel {
  title: string;
  index: string;
  body: Record<string, unknown>;
}

const ACCESS = 'logs-nginx.access-rota';
const ERROR = 'logs-nginx.error-rota';
const BUCKETS = 100;

export function overviewPanels(from: number, to: number): Panel[] {
  const aggregate = (title: string, index: string, aggs: object): Panel => ({
    title,
    index,
    body: { size: 0, track_total_hits: false, query: during(from, to), aggs },
  });
  const inTime = (aggs: object) => ({ time: { date_histogram: histogram(from, to), aggs } });
  return [
    aggregate('Response codes over time', ACCESS, inTime({ codes: terms('http.response.status_code', 10) })),
    aggregate('Errors over time', ERROR, inTime({ levels: terms('log.level', 5) })),
    aggregate('Top pages', ACCESS, {
      pages: { ...terms('url.original', 10), aggs: { codes: terms('http.response.status_code', 5) } },
    }),
    aggregate('Data volume', ACCESS, inTime({ bytes: { sum: { field: 'http.response.body.bytes' } } })),
    aggregate('Browsers', ACCESS, { agents: terms('user_agent.original', 10) }),
    aggregate('Clients', ACCESS, { clients: terms('source.address', 10) }),
  ];
}

export function logsPanels(from: number, to: number): Panel[] {
  const lines = (title: string, index: string): Panel => ({
    title,
    index,
    body: { size: 100, track_total_hits: true, query: during(from, to), sort: [{ '@timestamp': 'desc' }] },
  });
  const count = (title: string, index: string, aggs: object = {}): Panel => ({
    title,
    index,
    body: {
      size: 0,
      track_total_hits: false,
      query: during(from, to),
      aggs: { time: { date_histogram: histogram(from, to), aggs } },
    },
  });
  return [
    count('Access logs over time', ACCESS, { codes: terms('http.response.status_code', 10) }),
    count('Error logs over time', ERROR, { levels: terms('log.level', 5) }),
    lines('Access logs', ACCESS),
    lines('Error logs', ERROR),
  ];
}

function during(from: number, to: number): object {
  return { bool: { filter: [{ range: { '@timestamp': { gte: from, lt: to, format: 'epoch_millis' } } }] } };
}

function histogram(from: number, to: number): object {
  return { field: '@timestamp', fixed_interval: `${Math.max(1, Math.round((to - from) / BUCKETS / 1000))}s` };
}

function terms(field: string, size: number) {
  return { terms: { field, size } };
}
