/** Answers the CometBFT RPC from the engine's stores, the application and the pool. */
import {peerIdFromString} from '@libp2p/peer-id';
import type {ConsensusEngine} from '#consensus/engine';
import {addressOf, toHex, type GenesisDoc, type PublicKey} from '#proto';
import type {Execution} from '#node/execution';
import {PoolError, type Mempool} from '#node/mempool';
import type {P2pNetwork} from '#node/p2p';
import type {CometBackend, Indexer, TxCheck} from '#node/rpc/comet';
import type {ChainFeed} from './chain-feed.ts';

/** CosmJS and relayers choose their dialect by this; the wire formats are those of CometBFT 0.38. */
const COMET_VERSION = '0.38.17';
/** Channels BlockSync, State, Data, Vote, VoteSetBits and Evidence, as CometBFT lists them. */
const COMET_CHANNELS = '402021222338';
const CODE_REFUSED = 1;
/** Of transactions that `unconfirmed_txs` picks from. */
const UNCONFIRMED_BYTES_MAX = 8n * 1024n * 1024n;

export interface CometBackendModules {
  readonly engine: ConsensusEngine;
  readonly execution: Execution;
  readonly mempool: Mempool;
  readonly network: P2pNetwork;
  readonly genesis: GenesisDoc;
  readonly feed: ChainFeed;
  /** undefined: transactions are not indexed. */
  readonly index: Indexer | undefined;
  readonly validatorKey: PublicKey | undefined;
  readonly moniker: string;
  /** host:port of the peer-to-peer and of the RPC server. */
  readonly p2pAddress: string;
  readonly rpcAddress: string;
}

export function cometBackend(modules: CometBackendModules): CometBackend {
  const {engine, execution, mempool, network, genesis, feed} = modules;
  const {blockStore} = engine;
  return {
    genesis,
    nodeInfo: () => ({
      id: cometNodeId(network.peerId),
      listenAddress: `tcp://${modules.p2pAddress}`,
      version: COMET_VERSION,
      moniker: modules.moniker,
      channels: COMET_CHANNELS,
      rpcAddress: `tcp://${modules.rpcAddress}`,
      appVersion: engine.chainState.consensusParams.version.app,
    }),
    peers: () =>
      network.peerInfos().map((peer) => ({
        id: cometNodeId(peer.id),
        moniker: peer.moniker,
        listenAddress: peer.remoteAddress,
        remoteIp: ipOf(peer.remoteAddress),
        isOutbound: peer.direction === 'outbound',
      })),
    isListening: () => true,
    isCatchingUp: () => engine.isCatchingUp,
    validatorKey: () => modules.validatorKey,
    base: () => blockStore.base,
    headerBase: () => blockStore.headerBase,
    height: () => engine.height,
    blockMeta: (height) => blockStore.loadBlockMeta(height),
    block: (height) => blockStore.loadBlock(height),
    heightByHash: (hash) => blockStore.heightByHash(hash),
    commit: (height) => blockStore.loadCommit(height),
    seenCommit: (height) => blockStore.loadSeenCommit(height),
    validators: (height) => engine.validatorsAt(height),
    consensusParams: (height) => engine.consensusParamsAt(height),
    blockResults: (height) => engine.blockResults(height),
    pool: () => mempool.size(),
    unconfirmed: (limit) => mempool.reap(UNCONFIRMED_BYTES_MAX, execution.backend.head().header.gasLimit).slice(0, limit),
    checkTx: async (tx) => checked(() => mempool.check(tx)),
    submit: (tx) =>
      checked(async () => {
        await mempool.submit(tx);
        // Decoded a moment ago, so it comes from the cache.
        return execution.decode(tx);
      }),
    abciInfo: () => execution.app.info(),
    abciQuery: (request) => execution.app.query(request),
    consensusState: () => {
      const infos = new Map(network.peerInfos().map((peer) => [peer.id, peer.remoteAddress]));
      return feed.consensusState((peer) => `${cometNodeId(peer)}@${ipOf(infos.get(peer) ?? '')}`);
    },
    submitEvidence: (evidence) => engine.submitEvidence(evidence),
    index: modules.index,
    listen: (listener) => feed.listen(listener),
  };
}

/** The pool's verdict as an ABCI CheckTx answers it. */
async function checked(check: () => {readonly gasLimit: bigint} | Promise<{readonly gasLimit: bigint}>): Promise<TxCheck> {
  try {
    const {gasLimit} = await check();
    return {code: 0, log: '', codespace: '', gasWanted: gasLimit};
  } catch (error) {
    if (error instanceof PoolError) return {code: CODE_REFUSED, log: error.message, codespace: 'mempool'};
    throw error;
  }
}

function ipOf(multiaddr: string): string {
  return /^\/ip[46]\/([^/]+)/.exec(multiaddr)?.[1] ?? '';
}

/** A node's id in CometBFT's form: the address of its ed25519 key in hex. Peer ids of this network hold that key. */
function cometNodeId(peerId: string): string {
  const key = peerIdFromString(peerId).publicKey;
  if (key === undefined) throw new Error(`peer id ${peerId} holds no public key`);
  return toHex(addressOf(key.raw));
}
