/** The node and its network: health, status, net_info. */
import {addressOf, publicKeyToJson, timestampToRfc3339, toHexUpper, equalBytes, ZERO_TIME, type BlockMeta, type PublicKey} from '#proto';
import type {CometBackend, NodeInfo} from '../backend.ts';
import {internalError} from '../errors.ts';
import {latestUncommittedHeight} from '../heights.ts';
import type {Json} from '../json.ts';
import {method} from '../method.ts';

const P2P_PROTOCOL = '8';
const BLOCK_PROTOCOL = '11';
/** A node that only follows has no key, but clients parse one. */
const NO_KEY: PublicKey = {type: 'ed25519', bytes: new Uint8Array(32)};

export const health = method({name: 'health', purpose: 'Empty when the node answers.', parameters: {}, call: () => ({})});

export const status = method({
  name: 'status',
  purpose: 'The node, its chain and its validator key. 503 before the first block.',
  parameters: {},
  call({backend}) {
    const latest = backend.blockMeta(backend.height());
    // Clients refuse a status without a block hash, so there is none before the first block.
    if (latest === undefined) throw internalError('the chain has no block yet', 503);
    return {
      node_info: nodeInfoToJson(backend.nodeInfo(), backend.genesis.chainId, backend.index !== undefined),
      sync_info: {...syncInfo('latest', latest), ...syncInfo('earliest', backend.blockMeta(backend.base())), catching_up: backend.isCatchingUp()},
      validator_info: validatorInfo(backend),
    };
  },
});

export const netInfo = method({
  name: 'net_info',
  purpose: 'The peers.',
  parameters: {},
  call({backend}) {
    const peers = backend.peers();
    const {version, channels, appVersion} = backend.nodeInfo();
    return {
      listening: backend.isListening(),
      // After the @ CometBFT prints the external address, which is not configured here.
      listeners: ['Listener(@)'],
      n_peers: String(peers.length),
      peers: peers.map((peer) => ({
        node_info: nodeInfoToJson(
          {id: peer.id, listenAddress: peer.listenAddress, version, moniker: peer.moniker, channels, rpcAddress: '', appVersion},
          backend.genesis.chainId,
          false,
        ),
        is_outbound: peer.isOutbound,
        remote_ip: peer.remoteIp,
      })),
    };
  },
});

function nodeInfoToJson(info: NodeInfo, chainId: string, hasIndex: boolean): Json {
  return {
    protocol_version: {p2p: P2P_PROTOCOL, block: BLOCK_PROTOCOL, app: info.appVersion.toString()},
    id: info.id,
    listen_addr: info.listenAddress,
    network: chainId,
    version: info.version,
    channels: info.channels,
    moniker: info.moniker,
    other: {tx_index: hasIndex ? 'on' : 'off', rpc_address: info.rpcAddress},
  };
}

function syncInfo(which: 'latest' | 'earliest', meta: BlockMeta | undefined): Record<string, Json> {
  return {
    [`${which}_block_hash`]: meta === undefined ? '' : toHexUpper(meta.blockId.hash),
    [`${which}_app_hash`]: meta === undefined ? '' : toHexUpper(meta.header.appHash),
    [`${which}_block_height`]: meta === undefined ? '0' : meta.header.height.toString(),
    [`${which}_block_time`]: timestampToRfc3339(meta === undefined ? ZERO_TIME : meta.header.time),
  };
}

function validatorInfo(backend: CometBackend): Json {
  const key = backend.validatorKey() ?? NO_KEY;
  const address = addressOf(key.bytes);
  const validators = backend.validators(latestUncommittedHeight(backend))?.validators ?? [];
  const power = validators.find((validator) => equalBytes(validator.address, address))?.votingPower ?? 0n;
  return {address: toHexUpper(address), pub_key: {...publicKeyToJson(key)}, voting_power: power.toString()};
}
