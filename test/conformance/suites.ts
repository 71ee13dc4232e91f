import type {Suite} from './runner.ts';

/** Loaded when asked for, so that listing is quick. */
export const SUITES: ReadonlyMap<string, {readonly summary: string; load(): Promise<Suite>}> = new Map([
  [
    'light-client',
    {summary: 'light-client scenarios of tendermint-rs: single steps and bisections', load: async () => (await import('./light-client/suite.ts')).lightClientSuite},
  ],
]);
