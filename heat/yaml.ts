import { CORE_SCHEMA, dump, load, mergeTag, Schema } from 'js-yaml';

export type Yaml = string | number | boolean | null | Yaml[] | YamlMap;
export interface YamlMap {
  [key: string]: Yaml;
}

const SCHEMA = new Schema([...CORE_SCHEMA.tags, mergeTag]);

export const isMap = (value: Yaml | undefined): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const parseYaml = (text: string, filename: string): Yaml => load(text, { schema: SCHEMA, filename }) as Yaml;

/** Long texts become literal blocks, equal parts are repeated: Heat's nested files know no anchors across files. */
export const printYaml = (value: Yaml, indent = 2): string => dump(value, { noRefs: true, lineWidth: -1, indent });
