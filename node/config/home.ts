import {join} from 'node:path';

/** Where a node keeps its files. */
export interface HomePaths {
  readonly root: string;
  readonly config: string;
  readonly genesis: string;
  readonly nodeKey: string;
  readonly validatorKey: string;
  readonly validatorState: string;
  /** Named accounts of the operator. */
  readonly keyRing: string;
  readonly data: string;
  readonly addressBook: string;
  readonly peerBans: string;
  readonly wal: string;
  readonly blockStore: string;
  readonly application: string;
  readonly snapshots: string;
  readonly txIndex: string;
  /** Transactions of this node's own users that wait. */
  readonly localTransactions: string;
  /** What a development chain keeps besides its state; it is here on homes that were run with --dev alone. */
  readonly development: string;
}

export function homePaths(root: string): HomePaths {
  return {
    root,
    config: join(root, 'config', 'config.toml'),
    genesis: join(root, 'config', 'genesis.json'),
    nodeKey: join(root, 'config', 'node_key.json'),
    validatorKey: join(root, 'config', 'priv_validator_key.json'),
    validatorState: join(root, 'data', 'priv_validator_state.json'),
    keyRing: join(root, 'keyring'),
    data: join(root, 'data'),
    addressBook: join(root, 'data', 'addrbook.json'),
    peerBans: join(root, 'data', 'peer_bans.json'),
    wal: join(root, 'data', 'cs.wal'),
    blockStore: join(root, 'data', 'blockstore.db'),
    application: join(root, 'data', 'application.db'),
    snapshots: join(root, 'data', 'snapshots'),
    txIndex: join(root, 'data', 'tx_index.db'),
    localTransactions: join(root, 'data', 'local_transactions'),
    development: join(root, 'data', 'dev.db'),
  };
}
