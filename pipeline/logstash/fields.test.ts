import { expect, test } from 'vitest';
import { FIELDS } from '../elasticsearch/fields';

/** `npx vitest run --project unit pipeline/logstash -u` writes it anew. */
test('ruby/fields.json is the field table of pipeline/elasticsearch/fields.ts', async () => {
  await expect(`${JSON.stringify(FIELDS, null, 2)}\n`).toMatchFileSnapshot('ruby/fields.json');
});
