import { HeatBuildError } from './errors';
import { readSource } from './sources';
import { isMap, type Yaml, type YamlMap } from './yaml';

/** `$parameters: [name, {name: {default: …}}]`: parameters of parts/parameters.yaml, changed where an entry says so. */
export function parameters(argument: Yaml): YamlMap {
  if (!Array.isArray(argument)) throw new HeatBuildError('$parameters wants a list.');
  const known = readSource('parts/parameters.yaml') as YamlMap;
  return Object.fromEntries(
    argument.map((item) => {
      const [name, changes] = isMap(item) ? Object.entries(item)[0]! : [String(item), {}];
      const parameter = known[name];
      if (!isMap(parameter)) throw new HeatBuildError(`parts/parameters.yaml has no parameter "${name}".`);
      return [name, { ...parameter, ...(changes as YamlMap) }];
    }),
  );
}
