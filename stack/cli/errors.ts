import { StackError } from '../errors.js';

/** Runs a command's main function. What is meant to be read is printed as one sentence; anything else is a bug and keeps its stack. */
export async function runCommand(main: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.exitCode = 1;
    if (isReadable(error)) console.error(`\n${error.message}\n(${error.code})`);
    else console.error('\nThis is a bug in Rota. Please report it with what follows.\n', error);
  }
}

function isReadable(error: unknown): error is Error & { code: string } {
  if (error instanceof StackError) return true;
  // parseArgs names the mistaken option in its message.
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('ERR_PARSE_ARGS') || code.startsWith('ROTA_');
}
