import { activeTrace } from '../active_trace.js';
import { currentFields, mergeFields } from '../context.js';
import type { Fields } from './ecs_encoder.js';

const NOTHING: Fields = {};

/** What the line itself says comes first, then the span that is active, then the request. */
export function withContext(fields: Fields | undefined): Fields | undefined {
  const context = currentFields();
  const trace = activeTrace();
  if (trace === undefined) return context === undefined ? fields : mergeFields(context, fields ?? NOTHING);
  // Half of one trace beside half of another would lead nowhere.
  const own = fields !== undefined && ('trace' in fields || 'trace.id' in fields || 'span' in fields);
  const around = own ? context : context === undefined ? trace : { ...context, ...trace };
  return around === undefined ? fields : mergeFields(around, fields ?? NOTHING);
}
