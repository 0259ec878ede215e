import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

export interface Result {
  subject: string;
  metric: string;
  value: number;
  unit: string;
  /** Of the runs whose median `value` is. */
  min?: number;
  max?: number;
  runs?: number;
}

/** Where the figures come from; figures of two machines are not compared. */
export function machine() {
  const [first] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    date: new Date().toISOString(),
  };
}

/** The median of several runs of one subject, with the least and the most. */
export function median(subject: string, metric: string, unit: string, values: readonly number[]): Result {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const value = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return {
    subject,
    metric,
    unit,
    value: round(value),
    min: round(sorted[0]!),
    max: round(sorted.at(-1)!),
    runs: sorted.length,
  };
}

/** Prints the table, and writes the JSON when `--json FILE` was given. */
export function publish(results: readonly Result[], argv: readonly string[]): void {
  const rows = [
    ['subject', 'metric', 'median', 'min', 'max', 'unit', 'runs'],
    ...results.map((r) => [r.subject, r.metric, r.value, r.min ?? '', r.max ?? '', r.unit, r.runs ?? ''].map(String)),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  '),
    );
  }
  const at = argv.indexOf('--json');
  const file = at === -1 ? undefined : argv[at + 1];
  if (file) writeFileSync(file, `${JSON.stringify({ machine: machine(), results }, null, 2)}\n`);
}

function round(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
