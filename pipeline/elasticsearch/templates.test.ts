import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { indexTemplate, lifecyclePolicy, TEMPLATE_VERSION } from './templates';

/**
 * What each version's template holds. A cluster that has a version gets nothing new until the number grows, so changed
 * content needs a new number: raise TEMPLATE_VERSION and add a row; a row that is there stays as it is.
 */
const CONTENTS: Readonly<Record<number, string>> = {
  2: 'b334a7368bfd18bdbb43c47021f2fdbeec688bba24220b866803182c5fde6eca',
  3: 'c2a34f0337a873ed80189b39137d646070801d710fd87ce1ea5ae2ecada325ec',
  4: 'b23ae17258cfdd8e04f05df467c65db4a9b7ee93fe044fc61774477137b9d4ab',
  5: '3d874ab0bac728b04377ed4585752cb598eafbad06005c91f63d134af6e2ea43',
  6: '145de9ce7f1417d5867c1ba970e2f4c5d6e0f20424ee1c0e1900edc82acd9aa8',
};

test('the template of a version never changes: what is new has a new TEMPLATE_VERSION', () => {
  const abilities = { indexLifecycle: true, dataStreamLifecycle: true };
  const { version, ...template } = indexTemplate('rota', abilities, 30);
  expect(version).toBe(TEMPLATE_VERSION);
  const content = JSON.stringify([template, lifecyclePolicy(30)], sorted);
  expect(createHash('sha256').update(content).digest('hex')).toBe(CONTENTS[TEMPLATE_VERSION]);
});

/** The order of members says nothing. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
