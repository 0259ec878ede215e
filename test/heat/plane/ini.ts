export type IniValue = string | number | boolean;
export type Ini = Record<string, Record<string, IniValue>>;

/** Renders sections of oslo.config's file format; `DEFAULT` is just another section. */
export function renderIni(sections: Ini): string {
  return Object.entries(sections)
    .map(([section, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${value}`);
      return [`[${section}]`, ...lines, ''].join('\n');
    })
    .join('\n');
}
