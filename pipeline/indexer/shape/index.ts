export { readShapeSettings } from './settings';
export { createShape, shape } from './shape';
export type { JsonObject, Shaped, ShapedText } from './shaped';
