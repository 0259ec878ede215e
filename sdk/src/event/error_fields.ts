/** Any error as ECS `error.*`. */
export function errorFields(error: Error): Record<string, string> {
  const fields: Record<string, string> = { type: error.name, message: error.message };
  if (error.stack !== undefined) fields.stack_trace = error.stack;
  return fields;
}
