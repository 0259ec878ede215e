/** Makes room for what stands under that name in every line: what another library put there is kept as `rota.extra.<name>`. */
export function keepAside(entry: Record<string, unknown>, name: string): void {
  const value = entry[name];
  if (value === undefined) return;
  delete entry[name];
  entry[`rota.extra.${name}`] = value;
}
