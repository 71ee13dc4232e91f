/** Every method that is served, by name. */
import type {Method} from '../method.ts';
import {abciInfo, abciQuery} from './abci.ts';
import {block, blockByHash, blockchain, blockResults, commit, header, headerByHash} from './blocks.ts';
import {consensusParams, validators} from './consensus.ts';
import {genesis, genesisChunked} from './genesis.ts';
import {health, netInfo, status} from './info.ts';
import {broadcastTxAsync, broadcastTxSync, numUnconfirmedTxs} from './transactions.ts';

const METHODS: readonly Method[] = [
  abciInfo,
  abciQuery,
  block,
  blockByHash,
  blockResults,
  blockchain,
  broadcastTxAsync,
  broadcastTxSync,
  commit,
  consensusParams,
  genesis,
  genesisChunked,
  header,
  headerByHash,
  health,
  netInfo,
  numUnconfirmedTxs,
  status,
  validators,
];

export const METHOD_TABLE: ReadonlyMap<string, Method> = new Map(METHODS.map((method) => [method.name, method]));
