/**
 * What `JSON.stringify` leaves as it is, and terminals, editors and log viewers act upon: DEL, the C1 controls (0x9b is
 * an ANSI escape all by itself), line and paragraph separators, marks and overrides of writing direction, invisible
 * characters, the byte order mark.
 */
const UNSAFE = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * Escapes such characters in JSON text as `\uXXXX`. The JSON means the same afterwards: nothing is lost, and whoever
 * looks at the wire, a spool or a file in a terminal sees the escape. CR, LF, NUL and ESC are escaped by JSON already.
 */
export function escapeUnsafe(json: string): string {
  // Nearly every line is ASCII, and asking for its length in bytes is four times faster than looking with a pattern.
  if (Buffer.byteLength(json) === json.length && !json.includes('\u007f')) return json;
  return json.replace(UNSAFE, hex);
}

function hex(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
