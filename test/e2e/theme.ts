import type { BrowserContext } from '@playwright/test';

/** Kibana's own switch is a setting of the space; the development host's is a cookie. Both need a page load after it. */
export async function setDarkMode(context: BrowserContext, on: boolean): Promise<void> {
  const url = process.env['ROTA_E2E_URL'] ?? '';
  await context.addCookies([{ name: 'rota_dark', value: on ? '1' : '0', url }]);
  const answer = await context.request.post(`${url}/internal/kibana/settings`, {
    headers: { 'kbn-xsrf': 'rota', 'x-elastic-internal-origin': 'rota' },
    data: { changes: { 'theme:darkMode': on } },
  });
  // The development host knows no such route.
  if (!answer.ok() && answer.status() !== 404) throw new Error(`Kibana refused the dark mode: ${answer.status()}`);
}
