/** BFT time. Source: CometBFT `spec/consensus/bft-time.md`, `types/time.WeightedMedian`. */
import {
  BlockIDFlag,
  compareTimestamps,
  timestampFromNanos,
  timestampToNanos,
  type Commit,
  type Timestamp,
  type ValidatorSet,
} from '#proto';
import {bytesKey} from './bytes.ts';
import {ConsensusError} from './errors.ts';

export function addMilliseconds(time: Timestamp, ms: number): Timestamp {
  return timestampFromNanos(timestampToNanos(time) + BigInt(ms) * 1_000_000n);
}

/** The time of the block that carries `commit`: the median of its precommit times (nil ones too), weighted by voting power. */
export function medianTime(commit: Commit, validators: ValidatorSet): Timestamp {
  const powers = new Map(validators.validators.map((v) => [bytesKey(v.address), v.votingPower]));
  const weighted: {time: Timestamp; weight: bigint}[] = [];
  let total = 0n;
  for (const signature of commit.signatures) {
    if (signature.blockIdFlag === BlockIDFlag.Absent) continue;
    const weight = powers.get(bytesKey(signature.validatorAddress));
    if (weight === undefined) continue;
    total += weight;
    weighted.push({time: signature.timestamp, weight});
  }
  weighted.sort((a, b) => compareTimestamps(a.time, b.time));
  let median = total / 2n;
  for (const {time, weight} of weighted) {
    if (median <= weight) return time;
    median -= weight;
  }
  throw new ConsensusError('INVARIANT', 'a commit without signatures has no median time');
}
