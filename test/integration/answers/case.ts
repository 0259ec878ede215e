import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@elastic/elasticsearch';
import type { RouteData, RouteInput, RouteName } from '../../../common/api';
import type { Doc } from '../queries/documents';
import { load, rotaApi } from '../queries/node';

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'answers');

/** One situation: what a site wrote, and what is asked of it. Form: test/fixtures/answers/README.md. */
export interface Case {
  id: string;
  what: string;
  settings?: object;
  relative_to?: string;
  documents: { stream: string; doc: Record<string, unknown>; times?: number; every_ms?: number }[];
  question: { route: RouteName; body: object } | { route: RouteName; body: object }[];
}

export function readCases(): Case[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Case)
    .sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
}

const TIMES = ['@timestamp', 'event.created', 'event.ingested'] as const;

/** Every document that the case stands for, `shift` ms later than it was written down. */
export function* documentsOf(one: Pick<Case, 'id' | 'documents'>, namespace: string, shift = 0): Generator<Doc> {
  let n = 0;
  for (const { stream, doc, times = 1, every_ms = 0 } of one.documents) {
    for (let k = 0; k < times; k++) {
      const body = copyOf(doc, k) as Record<string, Record<string, string>> & { '@timestamp': string };
      for (const path of TIMES) move(body, path, shift + k * every_ms);
      const id = body['event']?.['id'] ?? `${one.id}-${++n}`;
      body['event'] = { ...body['event'], id };
      yield { stream: `logs-${stream}-${namespace}`, id, body };
    }
  }
}

function copyOf(value: unknown, k: number): unknown {
  if (typeof value === 'string') {
    const number = /^\{k([+-]\d+)\}$/.exec(value);
    return number ? k + Number(number[1]) : value.replaceAll('{k}', String(k));
  }
  if (Array.isArray(value)) return value.map((one) => copyOf(one, k));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner, k)]));
}

function move(body: Record<string, unknown>, path: string, ms: number): void {
  const [first, second] = path === '@timestamp' ? [path, undefined] : path.split('.');
  const holder = second === undefined ? body : (body[first!] as Record<string, unknown> | undefined);
  const key = second ?? first!;
  if (typeof holder?.[key] === 'string') holder[key] = new Date(Date.parse(holder[key]) + ms).toISOString();
}

export type Answers = {
  rotation: RouteData<'rotation'>;
  health: RouteData<'health'>;
  requests: RouteData<'requests'>;
  trace: RouteData<'trace'>;
  delivery: RouteData<'delivery'>;
  fields: RouteData<'fields'>;
  partial: boolean;
};

/** Loads a case into a namespace of its own and asks its questions. */
export async function answersOf(
  client: Client,
  one: Case,
  before?: (client: Client, namespace: string) => Promise<void>,
): Promise<Answers> {
  const namespace = `answer.${one.id.toLowerCase()}.${process.pid}.${Date.now() % 100_000}`;
  const shift = one.relative_to === undefined ? 0 : Date.now() - Date.parse(one.relative_to);
  await before?.(client, namespace);
  await load(client, namespace, documentsOf(one, namespace, shift));
  const api = rotaApi(client, namespace, one.settings);
  const found: Partial<Answers> = { partial: false };
  for (const { route, body } of [one.question].flat()) {
    const asked = shift === 0 ? body : shifted(body, shift);
    const { data, partial } = await api.ask(route, asked as RouteInput<typeof route>);
    Object.assign(found, { [route]: data, partial: found.partial || partial });
  }
  return found as Answers;
}

function shifted(body: object, ms: number): object {
  const later = (value: unknown) =>
    typeof value === 'string' && /^\d{4}-/.test(value) ? new Date(Date.parse(value) + ms).toISOString() : value;
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, later(value)]));
}
