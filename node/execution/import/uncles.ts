/** Uncles under proof of work: which may stand in a block, and what they and blocks earn (Yellow Paper sections 11.1 and 11.3). */
import type {EthBlockStore} from '../block/block-store.ts';
import {hasReached} from '../rules.ts';
import type {ForkRules, ForkSchedule} from '../rules.ts';
import type {StateOverlay} from '../state/overlay.ts';
import {EMPTY_ACCOUNT} from '../state/types.ts';
import type {Address, EthBlock, EthHeader, Hash} from '../types.ts';
import {ImportError} from './errors.ts';
import {validateHeader} from './header-rules.ts';

const UNCLES_MAX = 2;
/** How many blocks an uncle may be older than the block that names it. */
const DEPTH_MAX = 6n;
const ETHER = 10n ** 18n;

/** Throws ImportError `body`. */
export function validateUncles(header: EthHeader, uncles: readonly EthBlock[], {blocks, schedule}: {readonly blocks: EthBlockStore; readonly schedule: ForkSchedule}): void {
  const refuse = (reason: string): never => {
    throw new ImportError('body', `block ${header.number} (${header.hash}): ${reason}`);
  };
  if (uncles.length > UNCLES_MAX) refuse(`${uncles.length} uncles, at most ${UNCLES_MAX} are allowed`);
  const taken = new Set<Hash>();
  if (uncles.length > 0) for (const hash of recentUncles(header, blocks)) taken.add(hash);
  for (const {header: uncle} of uncles) {
    const age = header.number - uncle.number;
    if (age < 1n || age > DEPTH_MAX) refuse(`uncle ${uncle.hash} has number ${uncle.number}`);
    if (taken.has(uncle.hash)) refuse(`uncle ${uncle.hash} has been named before`);
    if (blocks.hashOf(uncle.number) === uncle.hash) refuse(`uncle ${uncle.hash} is an ancestor`);
    const parent = blocks.block(uncle.number - 1n)?.header;
    if (parent === undefined || parent.hash !== uncle.parentHash) return refuse(`uncle ${uncle.hash} is no child of an ancestor`);
    validateHeader(uncle, parent, schedule.rulesAt(uncle.number, uncle.timestamp));
    taken.add(uncle.hash);
  }
}

function* recentUncles(header: EthHeader, blocks: EthBlockStore): Generator<Hash> {
  for (let number = header.number - 1n; number > 0n && number >= header.number - DEPTH_MAX; number--) {
    for (const uncle of blocks.block(number)?.uncles ?? []) yield uncle.header.hash;
  }
}

/** EIP-649 and 1234 made them smaller. */
function blockReward(rules: ForkRules): bigint {
  if (hasReached(rules.hardfork, 'constantinople')) return 2n * ETHER;
  return rules.isByzantium ? 3n * ETHER : 5n * ETHER;
}

/** Pays for the work of a block and of its uncles. */
export function payRewards(state: StateOverlay, header: Pick<EthHeader, 'number' | 'miner'>, uncles: readonly EthBlock[], rules: ForkRules): void {
  const reward = blockReward(rules);
  for (const {header: uncle} of uncles) pay(state, uncle.miner, ((uncle.number + 8n - header.number) * reward) / 8n);
  pay(state, header.miner, reward + (BigInt(uncles.length) * reward) / 32n);
}

export function pay(state: StateOverlay, address: Address, amount: bigint): void {
  const account = state.account(address) ?? EMPTY_ACCOUNT;
  state.putAccount(address, {...account, balance: account.balance + amount});
}
