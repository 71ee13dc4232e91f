/** Every method that is served, by name. */
import type {Method} from '../method.ts';
import {abciInfo, abciQuery} from './abci.ts';
import {block, blockByHash, blockchain, blockResults, commit, header, headerByHash} from './blocks.ts';
import {consensusParams, validators} from './consensus.ts';
import {consensusState, dumpConsensusState} from './consensus-state.ts';
import {subscribe, unsubscribe, unsubscribeAll} from './events.ts';
import {broadcastEvidence} from './evidence.ts';
import {genesis, genesisChunked} from './genesis.ts';
import {health, netInfo, status} from './info.ts';
import {blockSearch, tx, txSearch} from './search.ts';
import {broadcastTxAsync, broadcastTxCommit, broadcastTxSync, checkTx, numUnconfirmedTxs, unconfirmedTxs} from './transactions.ts';

const METHODS: readonly Method[] = [
  abciInfo,
  abciQuery,
  block,
  blockByHash,
  blockResults,
  blockSearch,
  blockchain,
  broadcastEvidence,
  broadcastTxAsync,
  broadcastTxCommit,
  broadcastTxSync,
  checkTx,
  commit,
  consensusParams,
  consensusState,
  dumpConsensusState,
  genesis,
  genesisChunked,
  header,
  headerByHash,
  health,
  netInfo,
  numUnconfirmedTxs,
  status,
  subscribe,
  tx,
  txSearch,
  unconfirmedTxs,
  unsubscribe,
  unsubscribeAll,
  validators,
];

export const METHOD_TABLE: ReadonlyMap<string, Method> = new Map(METHODS.map((method) => [method.name, method]));
