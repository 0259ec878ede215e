import type { HealthData, HealthEvent } from '../../../common/api';
import type { SlownessName } from '../../elasticsearch/slowness';
import { NANOS_PER_MS } from '../../search/aggregations';
import { type Bucket, bucketsOf, percentileOf } from '../../search/buckets';
import type { SearchAnswer } from '../../search/msearch';
import type { HostRow } from '../../topology/bursts';
import { namerOf } from '../../topology/directory';
import type { Site } from '../../topology/site';

type Latency = NonNullable<HealthData['overview']>['hosts'][number];

/** How long the webapps took, the slowest first: by their own lines, else as the frontends measured them. */
export function latencyOf(answers: Record<SlownessName, SearchAnswer>, site: Site): Latency[] {
  const own = bucketsOf(answers.latency.aggregations, 'hosts').map((bucket) => ({ host: String(bucket.key), bucket }));
  const nameOf = namerOf(site.directory);
  const measured = bucketsOf(answers.upstreamLatency.aggregations, 'tellers').flatMap((teller) =>
    bucketsOf(teller, 'places').map((bucket) => ({
      host: nameOf(String(teller.key), String(bucket.key), site.evidence.window.to),
      bucket,
    })),
  );
  const wrote = new Set(own.map(({ host }) => host));
  const all = [...own, ...measured.filter(({ host }) => !wrote.has(host))];
  const rows = new Map(site.rows.filter(({ tier }) => tier === 'webapp').map((row) => [row.host, row]));
  return all.map(({ host, bucket }) => latency(host, bucket, rows.get(host))).sort((a, b) => b.p99_ms - a.p99_ms);
}

function latency(host: string, bucket: Bucket, row: HostRow | undefined): Latency {
  const at = (percent: number) => (percentileOf(bucket, 'times', percent) ?? 0) / NANOS_PER_MS;
  const requests = row?.cells.reduce((sum, { n }) => sum + n, 0) ?? bucket.doc_count;
  return { host, tier: 'webapp', requests, p50_ms: at(50), p95_ms: at(95), p99_ms: at(99) };
}

interface ExampleSource {
  '@timestamp': string;
  host?: { name?: string };
  http?: { request?: { id?: string } };
  rota?: { upstream?: { address?: string }; attempts?: { address?: string }[] | { address?: string } };
}

/** The first failed request of each event's host at its time. */
export function withTraces(events: readonly HealthEvent[], examples: SearchAnswer, { directory }: Site): HealthEvent[] {
  const nameOf = namerOf(directory);
  const lines = examples.hits.map((hit) => {
    const line = hit._source as unknown as ExampleSource;
    const t = Date.parse(line['@timestamp']);
    const addresses = [line.rota?.upstream ?? [], line.rota?.attempts ?? []].flat().map(({ address }) => address);
    const teller = line.host?.name ?? '';
    const webapps = addresses.flatMap((address) => (address === undefined ? [] : [nameOf(teller, address, t)]));
    return { t, hosts: [teller, ...webapps], id: line.http?.request?.id ?? null };
  });
  return events.map((event) => {
    if (event.kind === 'deploy' || event.kind === 'silent' || event.hosts.length === 0) return event;
    const from = Math.min(event.since, event.first_failure ?? event.since) - 1000;
    const fits = lines.find(
      ({ t, hosts }) => t >= from && t <= (event.until ?? Number.POSITIVE_INFINITY) && hosts.includes(event.hosts[0]!),
    );
    return { ...event, trace_request_id: fits?.id ?? null };
  });
}
