import { isIP } from 'node:net';

export class ShapeSettingsError extends Error {
  readonly code = 'ROTA_SHAPE_SETTING';
  constructor(name: string, mend: string) {
    super(`${name}: ${mend}`);
    this.name = 'ShapeSettingsError';
  }
}

/** Splits `a, b` lists; nothing for an empty text. */
export function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

export function requireAddress(name: string, text: string): void {
  const [address = '', bits] = text.split('/');
  if (isIP(address) === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) {
    throw new ShapeSettingsError(name, `"${text}" is neither an IP address nor a network such as 10.0.0.0/8`);
  }
}
