import { parseArgs } from 'node:util';
import { compile } from '../formats/declared/compile';
import { DECLARING, declare, WORDS } from '../formats/declared/formats_file';
import { type DeclaredValues, FormatError, type Meaning, type Piece, type Variable } from '../formats/declared/values';
import { SettingsError } from '../indexer/errors';
import { FIELDS } from './format_fields';
import { propose } from './propose';

export const FORMAT_USAGE = `rota-setup format [${WORDS.map((name) => `--${name}`).join('|')} FORMAT]

Shows what Rota understands of a log format, in the words of the program that writes it, and tries it on the lines of standard
input: tail -n 20 access.log | rota-setup format --nginx "log_format …;"
With lines alone it proposes the format.

${DECLARING.map(({ name, title, declares }) => `  --${name.padEnd(10)}${title}'s, such as ${declares?.example}`).join('\n')}
  --json      the names of a JSON line's members, such as 'ts client_ip method uri status took=milliseconds'
`;

/** What pages cannot show without it, and the variable that would tell it. */
const WANTED: readonly [readonly Meaning[], string, Readonly<Record<string, string | undefined>>][] = [
  [
    ['time_clf', 'time_iso', 'time_epoch', 'time_epoch_ms', 'time_epoch_us', 'time_haproxy', 'time_plain', 'time'],
    'times are those of reading',
    { nginx: '$msec', gunicorn: '%(t)s', haproxy: '%tr', apache: '%t', json: 'time' },
  ],
  [
    ['status'],
    'no page can count errors',
    { nginx: '$status', gunicorn: '%(s)s', haproxy: '%ST', apache: '%>s', json: 'status' },
  ],
  [
    ['upstream_addresses', 'server'],
    'Rotation does not know whose turn it was',
    { nginx: '$upstream_addr', haproxy: '%s' },
  ],
  [
    ['seconds', 'milliseconds', 'microseconds', 'nanoseconds'],
    'latency is not known',
    { nginx: '$request_time', gunicorn: '%(D)s', haproxy: '%Ta', apache: '%D', json: 'duration_ms' },
  ],
];

/**
 * @param lines to try the format on
 * @returns what to print, and whether every line fits
 * @throws SettingsError when there is no such format
 */
export function tryFormat(argv: readonly string[], lines: readonly string[]): { text: string; fits: boolean } {
  const given = readArguments(argv);
  if (given) return tried(...given, lines);
  if (lines.length === 0) throw new SettingsError('rota-setup format', `${NEITHER}, or lines on standard input`);
  const proposed = propose(lines);
  if ('known' in proposed) return { text: `${proposed.known}\n`, fits: true };
  const { words, format, entry } = proposed;
  const { text, fits } = tried(words, format, lines);
  return { text: `${PROPOSED}\n\n${entry}\n\n${text}`, fits };
}

const PROPOSED =
  'proposed, for formats.yaml; what has no name in the line is a guess: compare it with the configuration';
const NEITHER = `give one of ${WORDS.map((name) => `--${name}`).join(', ')} with its format`;

function tried(words: string, format: string, lines: readonly string[]): { text: string; fits: boolean } {
  const { pieces, read } = declared(words, format);
  const variables = pieces.filter((piece): piece is Variable => typeof piece !== 'string');
  const found = lines.map((line) => read(line));
  const first = found.find((one) => one !== undefined);
  const text = [...understood(variables, first), ...lacking(words, variables)];
  const misfits = lines.flatMap((line, n) =>
    found[n]
      ? []
      : [
          `line ${n + 1} does not fit: ${words === 'json' ? 'it is no JSON with one of these members' : whereItStops(pieces, line)}`,
        ],
  );
  const count = lines.length === 0 ? [] : [`${lines.length - misfits.length} of ${lines.length} lines fit`, ...misfits];
  return { text: `${[...text, ...count].join('\n')}\n`, fits: misfits.length === 0 };
}

function readArguments(argv: readonly string[]): [string, string] | undefined {
  const options = Object.fromEntries(WORDS.map((name) => [name, { type: 'string' as const }]));
  let given: [string, string][];
  try {
    given = Object.entries(parseArgs({ args: [...argv], options }).values) as [string, string][];
  } catch (error) {
    throw new SettingsError('rota-setup format', `${(error as Error).message}. See rota-setup format --help.`);
  }
  if (given.length > 1) throw new SettingsError('rota-setup format', NEITHER);
  return given[0];
}

function declared(words: string, format: string) {
  try {
    return declare(words, format);
  } catch (error) {
    if (error instanceof FormatError) throw new SettingsError(`--${words}`, error.message);
    throw error;
  }
}

/** A row a variable: what it becomes, and what the first line that fits has there. */
function understood(variables: readonly Variable[], first: DeclaredValues | undefined): string[] {
  return variables.map(({ name, meaning }) => {
    const field = meaning === undefined ? 'rota.extra: kept under its own name' : FIELDS[meaning];
    const value = meaning === undefined ? first?.named[name.replace(/^[$%]+\(?|\)s$/g, '')] : first?.values[meaning];
    const row = `${name.padEnd(32)}  ${field}`;
    return value === undefined ? row : `${row.padEnd(82)}  ${value.slice(0, 60)}`;
  });
}

function lacking(words: string, variables: readonly Variable[]): string[] {
  return WANTED.flatMap(([meanings, what, names]) => {
    const name = names[words];
    if (name === undefined || variables.some(({ meaning }) => meaning !== undefined && meanings.includes(meaning)))
      return [];
    return [`not known: ${what}; ${name} would tell`];
  });
}

/** The first variable or text that a line does not have, and what it has there. */
function whereItStops(pieces: readonly Piece[], line: string): string {
  if (line.trimStart().startsWith('{') !== (typeof pieces[0] === 'string' && pieces[0].trimStart().startsWith('{'))) {
    return line.trimStart().startsWith('{') ? 'it is JSON' : 'it is no JSON';
  }
  for (let count = pieces.length - 1; count > 0; count--) {
    const some = pieces.slice(0, count);
    if (some.every((piece) => typeof piece === 'string')) break;
    const beginning = compile([...some, { name: 'rest', meaning: undefined, form: '.*' }], {
      undo: (text) => text,
    })(line);
    if (!beginning) continue;
    const next = pieces[count] as Piece;
    const rest = beginning.named['rest'] ?? '';
    return `${typeof next === 'string' ? `"${next}"` : next.name} is wanted where it ${rest === '' ? 'ends' : `has "${rest.slice(0, 40)}"`}`;
  }
  return `it begins with "${line.slice(0, 40)}"`;
}
