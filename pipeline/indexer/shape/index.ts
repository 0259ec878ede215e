export { createShape, shape } from './shape';
export type { Json, JsonObject, Shaped, ShapedDeadLetter, ShapedDocument } from './shaped';
