/**
 * Every setting of a node, once: its name in `config.toml`, in the environment and on the command line is derived from one key.
 * `eth.port` is `port` in the table `[eth]`, `QANAT_ETH_PORT`, and `--eth.port`.
 */

interface OptionBase<T> {
  readonly default: T;
  readonly help: string;
}

export interface IntegerOption extends OptionBase<number> {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
}
export interface StringOption extends OptionBase<string> {
  readonly kind: 'string';
  readonly choices?: readonly string[];
}
export interface BooleanOption extends OptionBase<boolean> {
  readonly kind: 'boolean';
}
export interface ListOption extends OptionBase<readonly string[]> {
  readonly kind: 'list';
  /** What each item may be. */
  readonly choices?: readonly string[];
}
export type Option = IntegerOption | StringOption | BooleanOption | ListOption;

const port = (value: number, help: string): IntegerOption => ({kind: 'integer', default: value, min: 0, max: 65535, help});
const integer = (value: number, min: number, max: number, help: string): IntegerOption => ({kind: 'integer', default: value, min, max, help});
const text = (value: string, help: string, choices?: readonly string[]): StringOption =>
  choices === undefined ? {kind: 'string', default: value, help} : {kind: 'string', default: value, help, choices};
const list = (value: readonly string[], help: string, choices?: readonly string[]): ListOption =>
  choices === undefined ? {kind: 'list', default: value, help} : {kind: 'list', default: value, help, choices};
const boolean = (value: boolean, help: string): BooleanOption => ({kind: 'boolean', default: value, help});

export const OPTIONS = {
  'moniker': text('qanat', 'Name of this node, shown to peers.'),

  'validator.passphrase_file': text('', 'File whose first line opens the encrypted validator key; empty: the node asks at the terminal.'),

  'p2p.host': text('127.0.0.1', 'Address that peers connect to.'),
  'p2p.port': port(26656, 'Port that peers connect to.'),
  'p2p.persistent_peers': list([], 'Multiaddrs with /p2p/ ids of the peers to stay connected to.'),
  'p2p.max_inbound': integer(40, 0, 1000, 'Most inbound peers.'),
  'p2p.max_outbound': integer(10, 0, 1000, 'Most outbound peers.'),

  'p2p.unconditional_peer_ids': list([], 'Peer ids that are let in when all places are taken.'),
  'p2p.pex': boolean(true, 'Exchange addresses with peers and dial from the address book.'),
  'p2p.seeds': list([], 'Multiaddrs with /p2p/ ids of nodes to ask for addresses when the book has none to dial.'),
  'p2p.seed_mode': boolean(false, 'Crawl the network, answer those who ask for addresses, and hang up.'),
  'p2p.private_peer_ids': list([], 'Peer ids whose addresses are told to nobody.'),
  'p2p.addr_book_strict': boolean(true, 'Keep only addresses in the book that the whole internet can reach; false for networks on one machine or a private one.'),
  'p2p.external_address': text('', 'Multiaddr (/ip4/…/tcp/…) that peers are told to dial, if it is not where the node listens.'),

  'eth.host': text('127.0.0.1', 'Address of the Ethereum JSON-RPC and WebSocket server.'),
  'eth.port': port(8545, 'Port of the Ethereum JSON-RPC and WebSocket server.'),
  'eth.cors_origins': list([], 'Browser origins that may call the JSON-RPC ("*" for all).'),
  'eth.namespaces': list(
    ['eth', 'net', 'web3', 'txpool'],
    'Namespaces of the JSON-RPC that are served. debug re-executes blocks: for nodes that only friends reach.',
    ['eth', 'net', 'web3', 'txpool', 'debug'],
  ),
  'eth.allowed_hosts': list(['localhost', '127.0.0.1', '[::1]'], 'Host headers that are answered ("*" for all); guards against DNS rebinding.'),

  'comet.host': text('127.0.0.1', 'Address of the CometBFT RPC server.'),
  'comet.port': port(26657, 'Port of the CometBFT RPC server.'),
  'comet.cors_origins': list([], 'Browser origins that may read answers of the CometBFT RPC ("*" for all).'),
  'comet.allowed_hosts': list(['localhost', '127.0.0.1', '[::1]'], 'Host headers that the CometBFT RPC answers ("*" for all).'),
  'comet.timeout_broadcast_tx_commit_ms': integer(10_000, 1, 600_000, 'How long broadcast_tx_commit waits for its block.'),
  'comet.max_subscription_clients': integer(100, 0, 100_000, 'WebSocket clients that may subscribe at the same time.'),
  'comet.max_subscriptions_per_client': integer(5, 1, 10_000, 'Subscriptions of one WebSocket client.'),

  'tx_index.indexer': text('kv', 'kv: index transactions and blocks for tx, tx_search and block_search; null: do not.', ['kv', 'null']),

  'metrics.host': text('127.0.0.1', 'Address of the Prometheus metrics.'),
  'metrics.port': port(26660, 'Port of the Prometheus metrics.'),

  'consensus.timeout_propose_ms': integer(3000, 1, 600_000, 'How long a validator waits for a proposal in round 0.'),
  'consensus.timeout_propose_delta_ms': integer(500, 0, 600_000, 'Added to timeout_propose with each round.'),
  'consensus.timeout_prevote_ms': integer(1000, 1, 600_000, 'How long a validator waits for more prevotes after +2/3 of any.'),
  'consensus.timeout_prevote_delta_ms': integer(500, 0, 600_000, 'Added to timeout_prevote with each round.'),
  'consensus.timeout_precommit_ms': integer(1000, 1, 600_000, 'How long a validator waits for more precommits after +2/3 of any.'),
  'consensus.timeout_precommit_delta_ms': integer(500, 0, 600_000, 'Added to timeout_precommit with each round.'),
  'consensus.empty_block_interval_ms': integer(1000, 1, 3_600_000, 'Time between blocks when there is nothing to include.'),
  'consensus.double_sign_check_height': integer(0, 0, 10_000, 'Refuse to start when the own key signed one of so many newest blocks: another node may run with it. 0: do not look.'),

  'state_sync.enable': boolean(false, 'Begin from a snapshot of the peers instead of genesis, on the first start of an empty home.'),
  'state_sync.rpc_servers': list([], 'CometBFT RPC URLs of two or more nodes that a light client verifies the snapshot with.'),
  'state_sync.trust_height': integer(0, 0, Number.MAX_SAFE_INTEGER, 'Height of a header that is known to be true.'),
  'state_sync.trust_hash': text('', 'Hash of that header: 64 hex digits.'),
  'state_sync.trust_period_hours': integer(168, 1, 1_000_000, 'How long a header may be trusted; shorter than the unbonding period.'),
  'state_sync.snapshot_interval': integer(0, 0, 1_000_000_000, 'Blocks between two snapshots for others; 0: none.'),
  'state_sync.snapshot_keep_recent': integer(2, 1, 100, 'Snapshots that are kept.'),

  'state.archive': boolean(false, 'Keep the state of every block.'),
  'state.history_blocks': integer(256, 1, 10_000_000, 'Blocks whose state stays readable when archive is false.'),

  'dev.enabled': boolean(false, 'Development chain: one process makes blocks at once, without consensus, and its state can be changed by RPC. Only with one validator.'),
  'dev.block_interval_ms': integer(0, 0, 2_147_483_647, 'With dev.enabled: time between blocks; 0: a block as soon as a transaction is pending.'),

  'test.admin_port': port(0, 'For tests of whole processes: port on 127.0.0.1 at which peers can be cut off; 0 for none. Refused unless QANAT_TEST_ADMIN=1 is set.'),

  'log.level': text('info', 'Least severity that is logged.', ['debug', 'info', 'warn', 'error']),
  'log.format': text('pretty', 'pretty: one readable line per event; json: one JSON object per line.', ['pretty', 'json']),
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;

export type OptionValue<O extends Option> = O extends IntegerOption
  ? number
  : O extends BooleanOption
    ? boolean
    : O extends ListOption
      ? readonly string[]
      : string;

/** The effective settings, by option name. */
export type NodeConfig = {readonly [K in OptionName]: OptionValue<(typeof OPTIONS)[K]>};

export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/** `eth.port` → `QANAT_ETH_PORT`. */
export function environmentName(name: OptionName): string {
  return `QANAT_${name.replaceAll('.', '_').toUpperCase()}`;
}
