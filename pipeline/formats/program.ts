import type { Escaping } from './declared/compile';
import type { DeclaredValues, Piece } from './declared/values';
import type { HaproxyLine } from './haproxy/line';
import type { AccessParts, Parts } from './parts';

/** Where a host stands, as `rota.tier`. */
export type Tier = 'lb' | 'frontend' | 'webapp';

/** The data sets of lines: a tier's requests, or what its programs say besides. */
export type LineDataset = 'haproxy.log' | 'nginx.access' | 'nginx.error' | 'gunicorn.access' | 'gunicorn.error';

/** How it is known who wrote a line. */
export interface Asked {
  /** `file`: an agent says what the file holds; `name`: the program's name in the syslog header; `form`: nothing but the line itself. */
  by: 'file' | 'name' | 'form';
  /** The program's name in the syslog header. */
  app: string;
  /** What the agent says that the file holds. */
  dataset: string | undefined;
}

/** What a format makes of a line; the indexer (pipeline/indexer/shape) makes a document of it. */
export type Reading =
  /** `combined` and its kin, with whatever stands behind. */
  | { form: 'combined'; parts: AccessParts; pid?: number }
  /** A request, by the meaning of its values. */
  | { form: 'values'; found: DeclaredValues }
  /** An event that is no request, by the meaning of its values: `message`, `level`, `logger`, … */
  | { form: 'event'; found: DeclaredValues }
  | { form: 'haproxy'; line: HaproxyLine }
  | { form: 'nginx_error'; parts: Parts }
  | { form: 'python_error'; parts: Parts };

/** One format of a program. Its fixtures are `<name>.txt` in the program's folder. */
export interface Format {
  name: string;
  /** For the table in docs/formats.md. */
  what: string;
  dataset: LineDataset;
  /** Files of these data sets may hold such lines as well. */
  alsoIn?: readonly LineDataset[];
  /** Nobody else writes this form: `event.module` is the program's even where nothing but the form tells. */
  own?: boolean;
  /** @returns undefined unless the whole line has the form, and that is sure enough for how it is known who wrote it */
  read?(text: string, asked: Asked): Reading | undefined;
  /** The same of a line that is one JSON object. */
  readJson?(found: Readonly<Record<string, unknown>>, asked: Asked): Reading | undefined;
  /** The beginning of an event, in a log whose events may have several lines. */
  begins?: RegExp;
}

/** How a site's own format is declared, in the words of the program that writes it. */
export interface Declares {
  /** An example for `rota-setup format --help`. */
  example: string;
  /** @throws FormatError saying what it is not */
  read(text: string): { pieces: Piece[]; escaping: Escaping };
}

/** What one folder of pipeline/formats says. */
export interface Program {
  /** The folder's name, and `event.module`. */
  name: string;
  title: string;
  tier: Tier;
  /** Its names in a syslog header: containers and pods have more around it. */
  names: RegExp;
  /** Of programs of one tier, the lower is asked first where nothing tells them apart; 50 unless said. */
  rank?: number;
  formats: readonly Format[];
  declares?: Declares;
}
