import { fileURLToPath } from 'node:url';
import { buildPlugin } from '../build_plugin';

const root = fileURLToPath(new URL('../..', import.meta.url));

try {
  const { zip, version, kibanaVersion, sizes } = await buildPlugin({ root });
  console.log(`Rota ${version} for Kibana ${kibanaVersion}: ${zip}`);
  for (const [name, bytes] of Object.entries(sizes)) console.log(`  ${name}  ${(bytes / 1024).toFixed(1)} KiB`);
  console.log(`Install it with: bin/kibana-plugin install file://${zip}`);
} catch (error) {
  console.error(`The plugin could not be built: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
