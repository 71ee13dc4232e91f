/** The CometBFT RPC. */
export {CometRpcServer, type CometRpcModules, type CometRpcOptions} from './server.ts';
export type {CometBackend, NodeInfo, PeerInfo, TxCheck} from './backend.ts';
export type {CometRpcLogger} from './dispatcher.ts';
export {DEFAULT_COMET_RPC_LIMITS, type CometRpcLimits} from './limits.ts';
