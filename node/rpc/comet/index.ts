/** The CometBFT RPC. */
export {CometRpcServer, type CometRpcModules, type CometRpcOptions} from './server.ts';
export type {ChainListener, CometBackend, CometConsensusState, NodeInfo, PeerInfo, TxCheck} from './backend.ts';
export type {CometRpcLogger, CometRpcMetrics} from './dispatcher.ts';
export type {CommittedBlock, NewStep} from './events/chain-events.ts';
export type {RpcClock} from './events/commit-waiters.ts';
export {Indexer, type IndexedChain, type IndexerModules} from './indexer/indexer.ts';
export {searchBlocks, searchTxs} from './indexer/search.ts';
export {DEFAULT_COMET_RPC_LIMITS, type CometRpcLimits} from './limits.ts';
export {QueryError} from './query/lexer.ts';
export {parseQuery, type Query} from './query/query.ts';
