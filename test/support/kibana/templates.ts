import { indexTemplate, templateName } from '../../../pipeline/elasticsearch/templates.js';

const NAMESPACE = 'rota';

/** Rota's index template, without lifecycle: what the tests write lives as long as their node. */
export async function installIndexTemplates(url: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(`${url}/_index_template/${templateName(NAMESPACE)}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(indexTemplate(NAMESPACE, { indexLifecycle: false, dataStreamLifecycle: false }, 30)),
  });
  if (!response.ok) throw new Error(`The index template was refused: ${response.status} ${await response.text()}`);
}
