import { readFileSync } from 'node:fs';

/** `NAME=value` lines as systemd's EnvironmentFile reads them; quotes around a value are not part of it. */
export function envFile(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').split('\n');
  const pairs = lines.map((line) => /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim())).filter((match) => match !== null);
  return Object.fromEntries(pairs.map(([, name, value]) => [name, (value as string).replace(/^"(.*)"$/, '$1')]));
}
