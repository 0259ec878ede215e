import { type Checked, check } from '../check/check';
import type { Site } from '../description/site';
import { Documents } from '../lines/documents';
import { memorySearch } from '../search/memory_search';
import { simulate } from '../simulator/simulate';
import { answersOf, askRoutes } from './routes';
import { DEVIATION_POINTS } from './site_settings';

const NAMESPACE = 'sites';
const documents = new Documents(NAMESPACE);

/** Runs a site, asks the routes about it by a search in memory, and holds their answers against the truth. */
export async function judge(site: Site): Promise<Checked> {
  const simulation = simulate(site);
  const { lines, truth } = simulation;
  const search = memorySearch(documents.visible(lines, truth.askedAt), NAMESPACE);
  const answers = answersOf(await askRoutes(search, NAMESPACE, truth));
  return check(answers, simulation, { deviationPoints: DEVIATION_POINTS });
}

/** By what the tiers of a site log, "lb:rota", "webapp:none" …, which decides what can be known of it. */
export function evidenceOf({ balancers, frontends, webapps, backend, foreignProbes }: Site): string[] {
  const checks = balancers.length > 0 && backend.check !== null;
  const probes =
    checks && foreignProbes ? 'balancer and foreign' : checks ? 'balancer' : foreignProbes ? 'foreign' : 'none';
  return [
    ...new Set([
      ...balancers.map(({ log }) => `balancer:${log}`),
      ...frontends.map(({ log }) => `frontend:${log}`),
      ...webapps.map(({ log }) => `webapp:${log}`),
      `probes:${probes}`,
    ]),
  ].sort();
}
