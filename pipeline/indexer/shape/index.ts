export { readShapeSettings, type ShapeSettings } from './settings';
export { createShape, shape } from './shape';
export type { Json, JsonObject, Shaped, ShapedDeadLetter, ShapedDocument, ShapedText } from './shaped';
