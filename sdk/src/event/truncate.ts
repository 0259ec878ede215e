import { escapeUnsafe } from '../redact/index.js';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Never cut: they say which event it is. */
const KEPT = new Set(['@timestamp', 'agent', 'ecs']);
const KEPT_OF_EVENT = new Set(['id', 'dataset']);
/** Left out last. */
const WANTED = new Set([...KEPT, 'event', 'rota', 'log', 'service', 'host', 'message']);
const MARK = '…';
/** Shorter texts are left alone. */
const SHORT = 16;
const MARK_BYTES = 3;

interface Text {
  holder: Record<string, Json> | Json[];
  key: string | number;
  text: string;
  /** Of its JSON, without the quotes. */
  bytes: number;
}

/**
 * Makes a document fit: all texts that are longer than others give until the longest are alike, then whole fields are left
 * out, the largest first. It is marked `rota.truncated: true`. The JSON stays valid and the identity (`agent`, `event.id`,
 * `event.sequence`) whole. Each text is read a fixed number of times, however long the document is.
 *
 * @param json an ECS document
 * @param maxBytes the longest UTF-8 form allowed
 */
export function truncate(json: string, maxBytes: number): string {
  const doc = JSON.parse(json) as Record<string, Json>;
  doc.rota = { ...(isObject(doc.rota) ? doc.rota : {}), truncated: true };
  const excess = Buffer.byteLength(spell(doc)) - maxBytes;
  if (excess <= 0) return spell(doc);
  shorten(textsIn(doc), excess);
  const text = spell(doc);
  return Buffer.byteLength(text) <= maxBytes ? text : leaveOut(doc, maxBytes);
}

/** Cuts the longest texts to one length, by which `excess` bytes are saved if all of them together have so many. */
function shorten(texts: Text[], excess: number): void {
  texts.sort((a, b) => b.bytes - a.bytes);
  let level = SHORT;
  let sum = 0;
  for (const [index, { bytes }] of texts.entries()) {
    sum += bytes;
    const next = texts[index + 1]?.bytes ?? 0;
    const count = index + 1;
    const needed = Math.floor((sum - excess) / count) - MARK_BYTES;
    if (needed >= next || count === texts.length) {
      level = Math.max(SHORT, needed);
      break;
    }
  }
  for (const one of texts) if (one.bytes > level) cut(one, level);
}

function cut({ holder, key, text, bytes }: Text, level: number): void {
  // A character may be up to six bytes of JSON (`\u001b`): by the average first, then as far as it must be.
  let keep = Math.floor((text.length * level) / bytes);
  let head = text.slice(0, keep);
  for (let size = jsonBytes(head); size > level && keep > 0; size = jsonBytes(head)) {
    keep = Math.min(keep - 1, Math.floor((keep * level) / size));
    head = text.slice(0, keep);
  }
  (holder as Record<string | number, Json>)[key] = `${head.replace(/[\ud800-\udbff]$/, '')}${MARK}`;
}

/** Too many small fields: the largest go until the rest fits, and at the end all but what identifies the event. */
function leaveOut(doc: Record<string, Json>, maxBytes: number): string {
  const weights = Object.keys(doc)
    .filter((key) => !WANTED.has(key))
    .map((key) => [key, jsonBytes(key) + Buffer.byteLength(spell(doc[key] as Json)) + 4] as const)
    .sort(([, a], [, b]) => b - a);
  let excess = Buffer.byteLength(spell(doc)) - maxBytes;
  for (const [key, bytes] of weights) {
    if (excess <= 0) break;
    delete doc[key];
    excess -= bytes;
  }
  if (excess <= 0) {
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

function textsIn(doc: Record<string, Json>): Text[] {
  const texts: Text[] = [];
  const visit = (value: Json, kept?: ReadonlySet<string>) => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      if (kept?.has(key)) continue;
      const item = (value as Record<string, Json>)[key] as Json;
      if (typeof item !== 'string') visit(item, value === doc && key === 'event' ? KEPT_OF_EVENT : undefined);
      else if (item.length > SHORT)
        texts.push({ holder: value as Record<string, Json>, key, text: item, bytes: jsonBytes(item) });
    }
  };
  visit(doc, KEPT);
  return texts;
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(spell(text)) - 2;
}

function spell(doc: Json): string {
  return escapeUnsafe(JSON.stringify(doc));
}

/** Plain text cut to `room` bytes of UTF-8, between characters. */
export function cutBytes(text: string, room: number): string {
  if (text.length * 3 <= room || Buffer.byteLength(text) <= room) return text;
  // A character cut in half at the end decodes as U+FFFD: left out.
  return Buffer.from(text.slice(0, room))
    .subarray(0, room)
    .toString()
    .replace(/\ufffd+$/, '');
}
