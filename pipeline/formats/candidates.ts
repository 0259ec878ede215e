import type { DeclaredValues, Meaning } from './declared/values';

/**
 * For programs that write a visitor's quotes as they came: a part of the line that the program writes and a visitor may imitate. Where it
 * stands once, it is the program's. Where it stands more often, nobody knows which is: only what all of them say alike counts.
 */
export function agreed(matches: readonly RegExpMatchArray[], names: readonly Meaning[]): DeclaredValues['values'] {
  const values: DeclaredValues['values'] = {};
  const [first, ...others] = matches;
  if (!first) return values;
  names.forEach((name, n) => {
    const value = first[n + 1];
    if (value !== undefined && value !== '' && value !== '-' && others.every((one) => one[n + 1] === value))
      values[name] = value;
  });
  return values;
}

/** Texts between `"` and `" "`, where there are as many as there should be; else nobody knows where each ends. */
export function quotedTexts(text: string, names: readonly (Meaning | undefined)[]): DeclaredValues['values'] {
  const values: DeclaredValues['values'] = {};
  const found = text.split('" "');
  if (found.length !== names.length) return values;
  names.forEach((name, n) => {
    const value = found[n];
    if (name !== undefined && value !== undefined && value !== '' && value !== '-') values[name] = value;
  });
  return values;
}
