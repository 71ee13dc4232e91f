export * from './errors.ts';
export * from './format.ts';
export * from './home.ts';
export * from './load.ts';
export * from './options.ts';
export * from './ports.ts';
