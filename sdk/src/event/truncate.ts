import { escapeUnsafe } from '../redact/index.js';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Never cut: they say which event it is. */
const KEPT = new Set(['@timestamp', 'agent', 'ecs']);
const MARK = '…';

interface Longest {
  holder: Record<string, Json> | Json[];
  key: string | number;
  text: string;
}

/**
 * Makes a document fit by cutting its longest string, again and again, then by leaving fields out, and marks it
 * `rota.truncated: true`. The JSON stays valid and the identity (`agent`, `event.id`, `event.sequence`) whole.
 *
 * @param json an ECS document
 * @param maxBytes the longest UTF-8 form allowed
 */
export function truncate(json: string, maxBytes: number): string {
  const doc = JSON.parse(json) as Record<string, Json>;
  doc.rota = { ...(isObject(doc.rota) ? doc.rota : {}), truncated: true };
  let text = spell(doc);
  for (let round = 0; round < 64; round += 1) {
    const excess = Buffer.byteLength(text) - maxBytes;
    if (excess <= 0) return text;
    const longest = findLongest(doc);
    if (longest === undefined) break;
    shorten(longest, excess);
    text = spell(doc);
  }
  return leaveOut(doc, maxBytes);
}

function shorten({ holder, key, text }: Longest, excess: number): void {
  // A character may be up to six bytes of JSON (`\u001b`), so the share that goes is measured on this very string.
  const bytes = Buffer.byteLength(escapeUnsafe(JSON.stringify(text)));
  const keep = Math.max(0, Math.floor(text.length * Math.max(0, 1 - (excess + 8) / bytes)));
  const cut = `${text.slice(0, Math.min(keep, text.length - 2)).replace(/[\ud800-\udbff]$/, '')}${MARK}`;
  (holder as Record<string | number, Json>)[key] = cut;
}

/** Too many small fields: only what identifies and classifies the event is left. */
function leaveOut(doc: Record<string, Json>, maxBytes: number): string {
  const order = Object.keys(doc).sort((a, b) => weight(doc, b) - weight(doc, a));
  for (const key of order) {
    if (KEPT.has(key) || ['event', 'rota', 'log', 'service', 'host'].includes(key)) continue;
    delete doc[key];
    const text = spell(doc);
    if (Buffer.byteLength(text) <= maxBytes) return text;
  }
  const event = isObject(doc.event) ? doc.event : {};
  const { id = null, sequence = null, dataset = null } = event;
  const bare: Record<string, Json> = { '@timestamp': doc['@timestamp'] ?? null, event: { id, sequence, dataset } };
  if (doc.agent !== undefined) bare.agent = doc.agent;
  bare.rota = { truncated: true };
  return spell(bare);
}

function weight(doc: Record<string, Json>, key: string): number {
  return JSON.stringify(doc[key])?.length ?? 0;
}

function findLongest(value: Json, isRoot = true): Longest | undefined {
  let best: Longest | undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    if (isRoot && KEPT.has(key)) continue;
    if (isRoot && key === 'event' && isObject(item)) continue;
    const found: Longest | undefined =
      typeof item === 'string'
        ? { holder: value as Record<string, Json>, key, text: item }
        : findLongest(item as Json, false);
    if (found !== undefined && found.text.length > 16 && found.text.length > (best?.text.length ?? 0)) best = found;
  }
  return best;
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function spell(doc: Json): string {
  return escapeUnsafe(JSON.stringify(doc));
}

/** Plain text cut to `room` bytes of UTF-8, between characters. */
export function cutBytes(text: string, room: number): string {
  if (text.length * 3 <= room || Buffer.byteLength(text) <= room) return text;
  // A character cut in half at the end decodes as U+FFFD: left out.
  return Buffer.from(text)
    .subarray(0, room)
    .toString()
    .replace(/\ufffd+$/, '');
}
