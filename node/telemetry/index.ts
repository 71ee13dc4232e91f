export * from './disk.ts';
export * from './logger.ts';
export * from './metrics.ts';
export * from './server.ts';
