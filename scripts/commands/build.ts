import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from '../../stack/cli/errors.js';
import { StackError } from '../../stack/errors.js';
import { checkout } from '../../stack/layout.js';
import { buildPlugin } from '../build_plugin.js';
import { buildPackage } from '../package.js';
import { buildRelease, currentBranch } from '../release.js';

/** As the stack's parameter `branch` takes it. */
const BRANCH = /^[A-Za-z0-9](?!.*\.\.)[A-Za-z0-9._/-]{0,99}$/;

/** `npm run build [-- --branch NAME]`: the plugin's zip, the package of log server and agent, and the folder from which Heat launches a stack by URL. */
await runCommand(async () => {
  const { values } = parseArgs({ options: { branch: { type: 'string' } } });
  const branch = values.branch ?? (await currentBranch());
  if (!BRANCH.test(branch)) {
    throw new StackError('ROTA_USAGE', `"${branch}" is no branch: give --branch a git branch or tag.`);
  }
  const { zip, version, kibanaVersion, sizes } = await buildPlugin({ root: checkout });
  console.log(`Rota ${version} for Kibana ${kibanaVersion}: ${zip}`);
  for (const [name, bytes] of Object.entries(sizes)) console.log(`  ${name}  ${(bytes / 1024).toFixed(1)} KiB`);
  console.log(`Install it with: bin/kibana-plugin install file://${zip}`);

  const { deb, tarball } = await buildPackage(join(checkout, 'build'));
  console.log(`\nLog server and agent: ${deb}\n                      ${tarball}`);
  console.log(`Install them with: apt install ${deb} (docs/existing_site.md)`);

  const release = await buildRelease(join(checkout, 'build', 'release'), branch, zip);
  console.log(`\nTemplates for Heat, and the archives of ${branch}: ${release.folder}`);
  console.log('Serve that folder where your cloud reaches it, and launch:');
  console.log(`  heat stack-create logging --parameters="branch=${branch}" -u https://<that folder>/rota.yaml`);
  console.log(`  artifacts_sha256, to pin the archives: ${release.sha256}`);
  return 0;
});
