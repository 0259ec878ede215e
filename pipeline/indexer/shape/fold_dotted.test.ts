import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldDotted } from './fold_dotted';
import type { JsonObject } from './shaped';

it.each<[JsonObject, JsonObject, JsonObject | undefined]>([
  [{ 'log.level': 'info' }, { log: { level: 'info' } }, undefined],
  [{ log: { logger: 'a' }, 'log.level': 'info' }, { log: { logger: 'a', level: 'info' } }, undefined],
  [{ 'log.origin': { 'file.name': 'a.py' } }, { log: { origin: { file: { name: 'a.py' } } } }, undefined],
  [{ log: { 'origin.file.line': 7 } }, { log: { origin: { file: { line: 7 } } } }, undefined],
  [{ host: { name: null }, 'host.name': 'a' }, { host: { name: 'a' } }, undefined],
  [{ host: { name: 'a' }, 'host.name': 'b' }, { host: { name: 'a' } }, { 'host.name': 'b' }],
  [{ host: 'a', 'host.name': 'b' }, { host: 'a' }, { 'host.name': 'b' }],
  [{ host: { name: 'a' }, 'host.os': { type: 'linux' } }, { host: { name: 'a', os: { type: 'linux' } } }, undefined],
  [{ 'cart.items': 3, 'host.colour': 'red' }, { 'cart.items': 3, 'host.colour': 'red' }, undefined],
  [{ 'labels.a': 1 }, { 'labels.a': 1 }, undefined],
])('%j becomes %j', (doc, folded, second) => {
  const found = foldDotted(doc);
  expect(doc).toEqual(folded);
  expect(found && { ...found }).toEqual(second);
});

it('loses nothing of what it folds', () => {
  const name = fc.constantFrom(
    'log',
    'level',
    'log.level',
    'origin',
    'origin.file.name',
    'host.name',
    'host',
    'name',
    'x.y',
  );
  const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof({ maxDepth: 3 }, fc.nat(), fc.dictionary(name, tie('any'), { maxKeys: 4 })),
  })).any;
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 5 }), (given) => {
      const numbers = (text: string) => (text.match(/\d+/g) ?? []).sort();
      const before = JSON.stringify(given);
      const doc = JSON.parse(before) as JsonObject;
      const second = foldDotted(doc);
      expect(numbers(JSON.stringify(doc) + JSON.stringify(second ?? {}))).toEqual(numbers(before));
    }),
  );
});
