import { parseYaml, type YamlMap } from '../../../heat/yaml';

/** The cloud-configs of a server's user_data, a MIME message, in their order. */
export function cloudConfigs(userData: string): YamlMap[] {
  const boundary = /boundary="([^"]+)"/.exec(userData)?.[1];
  if (boundary === undefined) throw new Error(`user_data is no MIME message: ${userData.slice(0, 200)}`);
  const parts = userData.split(`--${boundary}`).slice(1, -1);
  return parts.map((part) => {
    const body = part.slice(part.indexOf('\n\n') + 2);
    if (!body.startsWith('#cloud-config\n')) throw new Error(`A part is no cloud-config: ${part.slice(0, 300)}`);
    return parseYaml(body, 'user_data') as YamlMap;
  });
}

/** The files that cloud-init makes of it: their content by path. */
export function filesOf(userData: string): Map<string, string> {
  const files = cloudConfigs(userData).flatMap((config) => config['write_files'] as YamlMap[]);
  return new Map(files.map((file) => [String(file['path']), String(file['content'])]));
}

/** The key of all one-time secrets, where the server has it. */
export const enrolmentKey = (userData: string): string | undefined =>
  /^ROTA_ENROLMENT_KEY=([A-Za-z0-9]{48})$/m.exec(filesOf(userData).get('/etc/rota/authority.env') ?? '')?.[1];
