import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What Kibana 8.12 reads from `kibana.json`; it refuses any other key. */
const manifestSchema = z
  .object({
    id: z.literal('rota'),
    version: z.string().regex(/^\d+\.\d+\.\d+/),
    kibanaVersion: z.string(),
    server: z.boolean(),
    ui: z.boolean(),
    requiredPlugins: z.array(z.string()).default([]),
    optionalPlugins: z.array(z.string()).default([]),
    requiredBundles: z.array(z.string()).default([]),
    configPath: z.union([z.string(), z.array(z.string())]).optional(),
    owner: z.object({ name: z.string(), githubTeam: z.string().optional() }).strict(),
    description: z.string().optional(),
  })
  .strict();

export type Manifest = z.infer<typeof manifestSchema>;

/** Reads and checks `kibana.json` at the checkout's root. */
export async function readManifest(root: string): Promise<Manifest> {
  return manifestSchema.parse(JSON.parse(await readFile(join(root, 'kibana.json'), 'utf8')));
}
