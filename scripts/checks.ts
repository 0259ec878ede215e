import { join } from 'node:path';
import { checkout } from '../stack/layout.js';
import type { Phase } from './phases.js';

const bin = (name: string) => join(checkout, 'node_modules', '.bin', name);

/** Where our code lies: what may import what is checked of all of it, tests included. */
const PARTS = ['common', 'server', 'public', 'sdk', 'pipeline', 'heat', 'stack', 'dev', 'scripts', 'bench', 'test'];

export const TYPES: Phase[] = [{ name: 'types', command: bin('tsc'), args: ['-b'] }];

/** What is said of the code without running it. */
export const LINT: Phase[] = [
  { name: 'lint and format', command: bin('biome'), args: ['ci', '--diagnostic-level=warn', '.'] },
  { name: 'circles and arrows', command: bin('depcruise'), args: ['--config', '.dependency-cruiser.cjs', ...PARTS] },
  { name: 'what has no caller', command: bin('knip'), args: ['--no-progress'] },
];

/** The tests of one vitest project. */
export function vitest(project: string, args: readonly string[] = []): Phase {
  return {
    name: `${project} tests`,
    command: bin('vitest'),
    args: ['run', '--project', project, ...args],
    counts: 'vitest',
  };
}
