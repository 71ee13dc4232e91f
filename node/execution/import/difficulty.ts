/** Difficulty of a block under proof of work, as the forks had it (Yellow Paper section 4.3.4 with EIP-2, 100 and the delays of the bomb). */
import {hasReached} from '../rules.ts';
import type {ForkRules, Hardfork} from '../rules.ts';
import type {EthHeader} from '../types.ts';
import {EMPTY_UNCLES_HASH} from '../block/header.ts';

const DIFFICULTY_MIN = 131_072n;
const BOUND_DIVISOR = 2_048n;
const DROP_MAX = -99n;
const BOMB_PERIOD = 100_000n;
/** Frontier: a block that comes sooner raises the difficulty. */
const FRONTIER_SECONDS = 13n;

/** By how many blocks each fork put off the bomb (EIP-649, 1234, 2384, 3554, 4345, 5133), the latest first. */
const BOMB_DELAYS: readonly (readonly [Hardfork, bigint])[] = [
  ['grayGlacier', 11_400_000n],
  ['arrowGlacier', 10_700_000n],
  ['london', 9_700_000n],
  ['muirGlacier', 9_000_000n],
  ['constantinople', 5_000_000n],
  ['byzantium', 3_000_000n],
];

export function difficultyAfter(parent: EthHeader, timestamp: bigint, rules: ForkRules): bigint {
  const step = parent.difficulty / BOUND_DIVISOR;
  const adjusted = parent.difficulty + step * direction(parent, timestamp - parent.timestamp, rules);
  const floored = adjusted < DIFFICULTY_MIN ? DIFFICULTY_MIN : adjusted;
  const delay = BOMB_DELAYS.find(([fork]) => hasReached(rules.hardfork, fork))?.[1] ?? 0n;
  const number = parent.number + 1n;
  const period = (number > delay ? number - delay : 0n) / BOMB_PERIOD;
  return period > 1n ? floored + (1n << (period - 2n)) : floored;
}

function direction(parent: EthHeader, seconds: bigint, rules: ForkRules): bigint {
  if (!rules.isHomestead) return seconds < FRONTIER_SECONDS ? 1n : -1n;
  const sign = rules.isByzantium ? (parent.sha3Uncles === EMPTY_UNCLES_HASH ? 1n : 2n) - seconds / 9n : 1n - seconds / 10n;
  return sign < DROP_MAX ? DROP_MAX : sign;
}
