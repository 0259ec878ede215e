export * from './api';
export * from './ecs';
