import { HeatBuildError } from './errors';
import { readSource } from './sources';
import type { Yaml, YamlMap } from './yaml';

const START = '<!-- parameters: built by heat/build.ts -->';
const END = '<!-- end of parameters -->';

/** Puts the table of rota.yaml's parameters between its marks in a page. @throws HeatBuildError without the marks */
export function withParameterTable(page: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) throw new HeatBuildError(`docs/heat.md must hold "${START}" and "${END}".`);
  return `${page.slice(0, start)}${START}\n\n${table()}\n${page.slice(end)}`;
}

function table(): string {
  const parameters = readSource('parts/parameters.yaml') as Record<string, YamlMap>;
  const rows = Object.entries(parameters).map(([name, parameter]) => {
    const text = String(parameter['description']).replaceAll('|', '\\|').replaceAll('<', '\\<');
    return `| \`${name}\` | ${show(parameter['default'])} | ${text} |`;
  });
  return ['| parameter | default | what |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function show(value: Yaml | undefined): string {
  if (value === '' || value === undefined || (Array.isArray(value) && value.length === 0)) return '–';
  return `\`${String(value)}\``;
}
