// Written by `npx tsx pipeline/formats/list.ts`: the folders beside it.
import { apache } from './apache/program';
import { caddy } from './caddy/program';
import { django } from './django/program';
import { envoy } from './envoy/program';
import { flask } from './flask/program';
import { gunicorn } from './gunicorn/program';
import { haproxy } from './haproxy/program';
import { nginx } from './nginx/program';
import { octavia } from './octavia/program';
import type { Program } from './program';
import { python } from './python/program';
import { traefik } from './traefik/program';
import { uvicorn } from './uvicorn/program';

const TIERS = { lb: 0, frontend: 1, webapp: 2 };

// biome-ignore format: as it was written
const ALL: readonly Program[] = [apache, caddy, django, envoy, flask, gunicorn, haproxy, nginx, octavia, python, traefik, uvicorn];

/** In the order in which a line is asked about: what a balancer writes is never a frontend’s. */
export const PROGRAMS: readonly Program[] = [...ALL].sort(
  (a, b) => TIERS[a.tier] - TIERS[b.tier] || (a.rank ?? 50) - (b.rank ?? 50),
);
