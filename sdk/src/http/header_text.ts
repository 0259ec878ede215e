const NOT_ASCII = /[\u0080-\u00ff]/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The longest header or URL text that goes into an event, in UTF-16 units. */
const MAX_TEXT = 8192;

/**
 * Node hands headers and URLs over as Latin-1. Where the bytes are valid UTF-8 (nearly always when they are not ASCII)
 * this gives the text that was meant; otherwise what Node gave. Cut to {@link MAX_TEXT}.
 */
export function headerText(value: string): string {
  const short = value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value;
  if (!NOT_ASCII.test(short)) return short;
  try {
    return utf8.decode(Buffer.from(short, 'latin1'));
  } catch {
    return short;
  }
}

/** A header's value; of one that came several times, the first. */
export function header(value: string | string[] | undefined): string | undefined {
  const one = Array.isArray(value) ? value[0] : value;
  return one === undefined || one === '' ? undefined : headerText(one);
}
