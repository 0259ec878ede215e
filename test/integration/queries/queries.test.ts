import { afterAll, beforeAll, describe } from 'vitest';
import { documentsOf } from './documents';
import { emptyCases } from './empty_cases';
import { eventLinesCases } from './event_lines_cases';
import { exportCases } from './export_cases';
import { fieldsCases } from './fields_cases';
import { healthCases } from './health_cases';
import { longAbsenceCases, longAbsenceDocuments } from './long_absence_cases';
import { longRangeCases, longRangeDocuments, recordedDocuments } from './long_range_cases';
import { missingShardsCases } from './missing_shards_cases';
import { nginxErrorCases, nginxErrorDocuments } from './nginx_error_cases';
import { load, rotaApi, startNode } from './node';
import { recordingCases } from './recording_cases';
import { refusing } from './refusing';
import { requestsCases } from './requests_cases';
import { rotationCases } from './rotation_cases';
import { manyPathsDocuments, routesCases } from './routes_cases';
import { traceCases } from './trace_cases';
import { twoServicesCases, twoServicesDocuments } from './two_services_cases';
import { buildWorld } from './world';

/**
 * The plugin's routes against a real Elasticsearch, on a simulated morning whose truth is counted apart from the code
 * under test. `full` has balancer lines, `words` also the balancer's own account of its pool, `cloud` no balancer lines.
 */
const world = buildWorld();
const otherWorld = buildWorld(11);
const settings = { monitor: { interval_s: 10 } };
let apis: Record<
  | 'full'
  | 'words'
  | 'cloud'
  | 'empty'
  | 'long'
  | 'two'
  | 'paths'
  | 'away'
  | 'awaySpoken'
  | 'awayCloud'
  | 'errors'
  | 'errorless',
  ReturnType<typeof rotaApi>
>;
let recorded: Parameters<typeof recordingCases>[1] extends () => infer T ? T : never;
/** Each run has streams of its own: a node that other runs use keeps theirs. */
const space = (name: string) => `${name}.${process.pid}.${Date.now() % 100_000}`;
let stop: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  const node = await startNode();
  stop = node.stop;
  const [full, words, cloud] = ['full', 'words', 'cloud'].map(space) as [string, string, string];
  await load(node.client, full, documentsOf(world, { balancer: true, words: false, namespace: full }));
  await load(node.client, words, documentsOf(world, { balancer: true, words: true, namespace: words }));
  await load(node.client, cloud, documentsOf(world, { balancer: false, words: false, namespace: cloud }));
  const long = space('long');
  await load(node.client, long, longRangeDocuments(long));
  await load(node.client, long, recordedDocuments(long));
  const paths = space('paths');
  await load(node.client, paths, manyPathsDocuments(paths));
  const two = space('two');
  await load(node.client, two, twoServicesDocuments(world, otherWorld, two));
  const [away, spoken, silent] = [space('away'), space('spoken'), space('silent')];
  await load(node.client, away, longAbsenceDocuments(away, { words: false, recorded: false }));
  await load(node.client, spoken, longAbsenceDocuments(spoken, { words: true, recorded: true }));
  await load(node.client, silent, longAbsenceDocuments(silent, { words: false, recorded: false, cloud: true }));
  const errors = space('errors');
  await load(node.client, errors, nginxErrorDocuments(errors));
  recorded = { client: node.client, url: node.url, namespace: full };
  const api = (namespace: string) => rotaApi(node.client, namespace, settings);
  apis = {
    full: api(full),
    words: api(words),
    cloud: api(cloud),
    empty: api(space('empty')),
    long: api(long),
    two: api(two),
    paths: api(paths),
    away: api(away),
    awaySpoken: api(spoken),
    awayCloud: api(silent),
    errors: api(errors),
    errorless: rotaApi(refusing(node.client, 'nginx.error'), errors, settings),
  };
});
afterAll(() => stop());

describe('queries against a real Elasticsearch', () => {
  rotationCases(world, () => apis);
  healthCases(world, () => apis);
  eventLinesCases(world, () => apis);
  twoServicesCases(world, otherWorld, () => apis.two);
  requestsCases(world, () => apis);
  traceCases(world, () => apis);
  fieldsCases(world, () => apis);
  exportCases(world, () => recorded);
  emptyCases(() => apis.empty);
  routesCases(() => apis.paths);
  longAbsenceCases(() => apis);
  nginxErrorCases(
    () => apis.errors,
    () => apis.errorless,
  );
  longRangeCases(() => apis.long);
  recordingCases(world, () => recorded);
  missingShardsCases(() => ({ client: recorded.client, space }));
});
