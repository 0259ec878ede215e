export { createShape } from './shape/shape';
