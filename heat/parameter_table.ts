import { parseYaml, type Yaml, type YamlMap } from './yaml';

const START = '<!-- parameters: written by heat/versions.ts -->';
const END = '<!-- end of parameters -->';

/** Puts the table of rota.yaml's parameters between its marks in a page. @throws Error without the marks */
export function withParameterTable(page: string, template: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`docs/heat.md must hold "${START}" and "${END}".`);
  return `${page.slice(0, start)}${START}\n\n${table(parseYaml(template, 'rota.yaml') as YamlMap)}\n${page.slice(end)}`;
}

function table(template: YamlMap): string {
  const rows = Object.entries(template['parameters'] as Record<string, YamlMap>).map(([name, parameter]) => {
    const text = String(parameter['description']).replaceAll('|', '\\|').replaceAll('<', '\\<');
    return `| \`${name}\` | ${show(parameter['default'])} | ${text} |`;
  });
  return ['| parameter | default | what |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function show(value: Yaml | undefined): string {
  if (value === '' || value === undefined || (Array.isArray(value) && value.length === 0)) return '–';
  return `\`${String(value)}\``;
}
