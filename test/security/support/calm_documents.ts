import { documentsOf } from '../../integration/queries/documents';
import { buildWorld, END, START } from '../../integration/queries/world';

/** A few lines of each kind: whatever costs time over these, the question itself does. */
export function calmDocuments(namespace: string) {
  const world = buildWorld();
  const few = { ...world, requests: world.requests.slice(0, 60), probes: world.probes.slice(0, 20) };
  return documentsOf(few, { balancer: true, words: true, namespace });
}

export const CALM = { from: new Date(START).toISOString(), to: new Date(END).toISOString() };
