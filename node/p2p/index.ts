export {parsePeerAddress, peerMultiaddr, PeerAddressError, tcpMultiaddr} from './addresses.ts';
export type {PeerAddress} from './addresses.ts';
export {
  createNodeIdentity,
  decodeNodeKey,
  encodeNodeKey,
  loadOrCreateNodeIdentity,
  nodeIdentityFromSeed,
  NodeKeyError,
  peerIdOf,
  writeNodeKey,
} from './identity.ts';
export type {NodeIdentity} from './identity.ts';
export {P2pNetwork} from './network.ts';
export type {
  P2pClock,
  P2pLogger,
  P2pMetrics,
  P2pModules,
  P2pOptions,
  P2pTiming,
  PeerInfo,
  TransactionsHandler,
  TransactionsVerdict,
} from './types.ts';
