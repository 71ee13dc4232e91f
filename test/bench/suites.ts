export interface Suite {
  readonly summary: string;
  /** Loaded when asked for, so that listing is quick. */
  load(): Promise<{run(args: readonly string[]): Promise<void>}>;
}

export const SUITES: ReadonlyMap<string, Suite> = new Map([
  ['tps', {summary: 'committed ETH and ERC-20 transfers per second over JSON-RPC, beside anvil and Hardhat', load: () => import('./suites/tps.ts')}],
  ['evm', {summary: 'Mgas per second of loops of the EVM through eth_call, beside anvil', load: () => import('./suites/evm.ts')}],
  ['rpc', {summary: 'requests per second of reading methods, beside anvil', load: () => import('./suites/rpc.ts')}],
  ['state', {summary: 'block time, root time, disk and memory from 10,000 to 1,000,000 accounts and slots', load: () => import('./suites/state/main.ts')}],
  ['start', {summary: 'start of a process on a home with a long chain, to its first answer', load: () => import('./suites/start.ts')}],
  ['groth16', {summary: 'proof verification: SAP 0x0a01, snarkjs, a Solidity verifier over 0x08', load: () => import('./suites/groth16.ts')}],
  ['lora', {summary: 'LoRA proofs by shape (--shape 768x8x2304): commit, prove, verify, bytes, memory; --batches', load: () => import('./suites/lora.ts')}],
  ['consensus', {summary: 'block intervals, commit latency, recovery, sync, memory, simulation speed', load: () => import('./suites/consensus/main.ts')}],
  ['gas', {summary: 'nanoseconds of work per gas of every instruction and precompile; a search for worse', load: () => import('./suites/gas.ts')}],
  ['contracts', {summary: 'gas of the asset economy per operation, and how it grows', load: () => import('./suites/contracts.ts')}],
  ['contracts-dao', {summary: 'gas of the oracle, bonds, identities, votes and training jobs', load: () => import('./suites/contract-gas-dao.ts')}],
]);
