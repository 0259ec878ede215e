/** What stands in place of a secret. */
export const REPLACEMENT = '[redacted]';

/**
 * Names of secrets, as the last words of a key: `password` also covers `userPassword`, `user_password`, `passwords`,
 * `password2` and `User-Password`, but not `passwordResetAt`.
 */
export const DEFAULT_NAMES: readonly string[] = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'passcode',
  'password confirmation',
  'secret',
  'client secret',
  'token',
  'jwt',
  'api key',
  'apikey',
  'access key',
  'secret key',
  'private key',
  'signing key',
  'encryption key',
  'session id',
  'sessionid',
  'credential',
  'signature',
  'sig',
  'otp',
  'cvv',
  'cvc',
  'card number',
];

/** Never treated as secrets by name, though their last word is one. */
export const HARMLESS_NAMES: readonly string[] = ['page token', 'next token', 'continuation token', 'cancel token'];

/** Answers whether the value under a key is a secret. */
export type IsSensitive = (key: string) => boolean;

/** Keys may be anything (ids, user input): the memory of answers is emptied when it is full. */
const MEMORY = 5000;
/** Longer keys are asked for by their end alone. */
const LONGEST = 128;

/**
 * Compiles a list of names. A question that was asked before costs one look into a map.
 *
 * @param names words as people write them; case, `-`, `_`, `.`, spaces and camelCase make no difference
 */
export function compileNames(names: readonly string[], harmless: readonly string[] = HARMLESS_NAMES): IsSensitive {
  const secret = new Set(names.map((name) => wordsOf(name).join(' ')));
  const safe = new Set(harmless.map((name) => wordsOf(name).join(' ')));
  const longest = Math.max(1, ...[...secret, ...safe].map((name) => name.split(' ').length));
  const known = new Map<string, boolean>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = decide(wordsOf(key), secret, safe, longest);
    if (known.size >= MEMORY) known.clear();
    if (key.length <= LONGEST) known.set(key, answer);
    return answer;
  };
}

function decide(words: readonly string[], secret: Set<string>, safe: Set<string>, longest: number): boolean {
  const ends = Array.from({ length: Math.min(longest, words.length) }, (_, n) => words.slice(-1 - n).join(' '));
  return ends.some((end) => secret.has(end)) && !ends.some((end) => safe.has(end));
}

/**
 * `X-API-Key`, `xApiKey`, `x_api_key2`, `headers.x-api-keys` → `…, 'api', 'key'`. Plural s and trailing digits go, so
 * that `tokens` and `password1` are found too.
 */
export function wordsOf(key: string): string[] {
  return key
    .slice(-LONGEST)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .map((word) => word.replace(/\d+$/, '').replace(/([^s])s$/, '$1'))
    .filter((word) => word !== '');
}
