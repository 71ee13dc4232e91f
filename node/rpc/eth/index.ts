export {EthRpcServer} from './server.ts';
export {DEFAULT_ETH_RPC_LIMITS, type EthRpcLimits} from './limits.ts';
export type {EthRpcClock, EthRpcLogger, EthRpcMetrics, EthRpcModules, EthRpcOptions} from './options.ts';
export type * from './backend.ts';
export type {DevBackend} from './dev/backend.ts';
