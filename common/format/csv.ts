/** How a file of values is written: Kibana's `csv:separator` and `csv:quoteValues`. */
export interface CsvStyle {
  separator: string;
  /** Every value that is more than letters, digits, `_` and `.` is quoted; else only what has to be. */
  quoteValues: boolean;
}

export const PLAIN_CSV: CsvStyle = { separator: ',', quoteValues: false };

/** Spreadsheets take UTF-8 for their own old encoding unless a file begins with it. */
export const BYTE_ORDER_MARK = '\ufeff';

/**
 * What spreadsheets take for a formula: a sign, also in its full width, behind whatever they leave out at the begin of a cell
 * (white space, control and format characters).
 */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠−]|^[\t\r\n]/u;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/**
 * One CSV cell (RFC 4180). A text that a spreadsheet would take for a formula is quoted by an apostrophe; numbers are
 * left as they are.
 */
export function csvCell(value: string | number | boolean | null, style = PLAIN_CSV): string {
  if (value === null) return '';
  if (typeof value !== 'string') return quoted(String(value), style, false);
  const isFormula = FORMULA.test(value) && !NUMBER.test(value);
  return quoted(isFormula ? `'${value}` : value, style, isFormula);
}

export function csvRow(cells: readonly (string | number | boolean | null)[], style = PLAIN_CSV): string {
  return `${cells.map((cell) => csvCell(cell, style)).join(style.separator)}\r\n`;
}

/** The first row: names of fields, which nobody else chose, as they are. */
export function csvHeader(names: readonly string[], style = PLAIN_CSV): string {
  return `${names.map((name) => quoted(name, style, false)).join(style.separator)}\r\n`;
}

function quoted(text: string, { separator, quoteValues }: CsvStyle, always: boolean): string {
  const must =
    always || /["\r\n']/.test(text) || text.includes(separator) || (separator.trim() === '' && /\s/.test(text));
  const may = quoteValues && /[^\w.]/.test(text);
  return must || may ? `"${text.replaceAll('"', '""')}"` : text;
}
