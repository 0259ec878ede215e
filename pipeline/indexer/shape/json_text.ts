/** Only what JSON needs no escape for (RFC 8259, section 7), and no half of a surrogate pair, which UTF-8 cannot hold. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** A text as a JSON string. Most texts of a log are plain, and to see that costs less than `JSON.stringify`. */
export function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
