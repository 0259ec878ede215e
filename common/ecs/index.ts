export * from './datasets';
export * from './document';
export * from './fields';
export * from './version';
