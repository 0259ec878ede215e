import { randomUUID } from 'node:crypto';
import { BY_USERS, type Doc, type Truth } from './truth';

/**
 * Lets some of the morning's visits happen again now: the same documents with this moment's times and ids of their own,
 * for what can only be seen live; under another path if given. Gives the new request ids, oldest first.
 */
export async function visitAgain(truth: Truth, count: number, path?: string, newPath = path): Promise<string[]> {
  const query = path === undefined ? BY_USERS : { bool: { filter: [BY_USERS, { term: { 'url.path': path } }] } };
  const visits = await truth.documents('nginx.access', query, { most: count });
  const copies = visits.map(({ doc }, i) => {
    const id = randomUUID().replaceAll('-', '');
    return { dataset: 'nginx.access', id: `again-${id}`, doc: at(later(doc, id, Date.now() - 3000 + i), newPath) };
  });
  await truth.write(copies);
  return copies.map(({ doc }) => String(doc['http'].request.id));
}

function later(doc: Doc, id: string, t: number): Doc {
  const [then, now] = [new Date(t).toISOString(), new Date().toISOString()];
  return {
    ...doc,
    '@timestamp': then,
    event: { ...doc['event'], id: `again-${id}`, created: then, ingested: now },
    http: { ...doc['http'], request: { ...doc['http'].request, id } },
  };
}

function at(doc: Doc, path: string | undefined): Doc {
  return path === undefined ? doc : { ...doc, url: { ...doc['url'], path } };
}
