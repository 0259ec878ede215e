import { createInterface } from 'node:readline';
import { pretty } from './pretty.js';

const USAGE = `Usage: some-program | rota-sdk --pretty

Reads ECS documents as JSON lines, or syslog messages that hold them, and prints them for people. Other lines pass as they are.
`;

/** The command \`rota-sdk\`. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  if (args[0] !== '--pretty' || args.length > 1) {
    process.stderr.write(USAGE);
    return args[0] === '--help' ? 0 : 2;
  }
  const colours = process.stdout.isTTY === true ? !process.env['NO_COLOR'] : Boolean(process.env['FORCE_COLOR']);
  // A reader that went away (`| head`) is no failure.
  process.stdout.on('error', () => process.exit(0));
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    process.stdout.write(`${pretty(line, colours)}\n`);
  }
  return 0;
}
