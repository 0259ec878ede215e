import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Declared, type Named, readFormatsFile } from '../formats/declared/formats_file';
import { SettingsError } from '../indexer/errors';

export const FILES_USAGE = `rota-setup files --formats FILE

Writes the rsyslog agent's inputs for the files that formats.yaml names: rota-setup files --formats /etc/rota/formats.yaml
> /etc/rota/rsyslog/files.conf, which the agent reads when it starts (ROTA_FILES).
`;

/** @throws SettingsError */
export function filesFor(argv: readonly string[]): string {
  let formats: string | undefined;
  try {
    formats = parseArgs({ args: [...argv], options: { formats: { type: 'string' } } }).values.formats;
  } catch (error) {
    throw new SettingsError('rota-setup files', `${(error as Error).message}. See rota-setup files --help.`);
  }
  if (formats === undefined) throw new SettingsError('rota-setup files', 'name formats.yaml with --formats');
  try {
    return agentInputs(readFileSync(formats, 'utf8'));
  } catch (error) {
    throw new SettingsError('--formats', `${formats}: ${(error as Error).message}`);
  }
}

/** An input a file, and one for the name that rotation gives it: agent.conf says why. Of several formats for a file the first counts. */
export function agentInputs(yaml: string): string {
  const { declared, named } = readFormatsFile(yaml);
  const inputs = new Map<string, string>();
  for (const one of [...named, ...declared]) {
    if (one.path === undefined) continue;
    for (const path of one.path.endsWith('*') ? [one.path] : [`${one.path}.1`, one.path]) {
      if (!inputs.has(path)) inputs.set(path, inputFor(path, one));
    }
  }
  return `# Written by rota-setup files.\n${[...inputs.values()].join('')}`;
}

function inputFor(path: string, { written }: Declared | Named): string {
  // rsyslog's own quotes and escapes.
  const quoted = path.replace(/[\\"$]/g, '\\$&');
  return (
    `input(type="imfile" file="${quoted}" tag="${written.module}:" ruleset="${written.dataset.replace('.', '_')}"\n` +
    `      addMetadata="on" escapeLF="off" maxLinesAtOnce="2000" persistStateAfterSubmission="on" reopenOnTruncate="on")\n`
  );
}
