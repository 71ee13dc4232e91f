import type {Suite} from './runner.ts';

/** Loaded when asked for, so that listing is quick. */
export const SUITES: ReadonlyMap<string, {readonly summary: string; load(folder: string): Promise<Suite>}> = new Map([
  [
    'light-client',
    {summary: 'light-client scenarios of tendermint-rs: single steps and bisections', load: async () => (await import('./light-client/suite.ts')).lightClientSuite},
  ],
  ['state-tests', {summary: 'ethereum/tests GeneralStateTests, of every fork', load: async () => (await import('./ethereum-tests/state-suite.ts')).stateSuite}],
  ['transaction-tests', {summary: 'ethereum/tests TransactionTests, of every fork', load: async () => (await import('./ethereum-tests/transaction-suite.ts')).transactionSuite}],
  ['trie-tests', {summary: 'ethereum/tests TrieTests', load: async () => (await import('./ethereum-tests/trie-suite.ts')).trieSuite}],
  ['rlp-tests', {summary: 'ethereum/tests RLPTests', load: async () => (await import('./ethereum-tests/rlp-suite.ts')).rlpSuite}],
  [
    'rpc-compat',
    {summary: 'RPC tests of ethereum/execution-apis over the chain that they come with', load: async (folder: string) => (await import('./rpc-compat/suite.ts')).rpcCompatSuite(folder)},
  ],
]);
