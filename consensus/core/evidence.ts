/**
 * What evidence means, without a chain to look it up in: its age, and who took part in an attack on light clients. Shared by the pool,
 * which recomputes it, and the light client, which reports it. Source: CometBFT `types/evidence.go`, `evidence/verify.go`;
 * spec/light-client/accountability.
 */
import {
  BlockIDFlag,
  compareBytes,
  equalBytes,
  timestampToNanos,
  type ConsensusParams,
  type Evidence,
  type Header,
  type LightBlock,
  type SignedHeader,
  type Timestamp,
  type Validator,
  type ValidatorSet,
} from '#proto';
import {indexOfValidator} from './validatorSet.ts';

export interface HeightAndTime {
  readonly height: bigint;
  readonly time: Timestamp;
}

/** The height of the infraction: for an attack, the last one at which victim and chain agreed. */
export function evidenceHeight(evidence: Evidence): bigint {
  return evidence.type === 'duplicateVote' ? evidence.voteA.height : evidence.commonHeight;
}

/** Only what is too old by blocks and by time: whoever unbonds is bound for as long as either says. */
export function isEvidenceExpired({evidence}: ConsensusParams, now: HeightAndTime, infraction: HeightAndTime): boolean {
  const ageNs = timestampToNanos(now.time) - timestampToNanos(infraction.time);
  return now.height - infraction.height > evidence.maxAgeNumBlocks && ageNs > evidence.maxAgeDurationNs;
}

/** Does a field differ that follows from the chain before it, whoever proposes? Then no correct validator could have voted for it. */
export function isInvalidHeader(conflicting: Header, trusted: Header): boolean {
  return (
    !equalBytes(trusted.validatorsHash, conflicting.validatorsHash) ||
    !equalBytes(trusted.nextValidatorsHash, conflicting.nextValidatorsHash) ||
    !equalBytes(trusted.consensusHash, conflicting.consensusHash) ||
    !equalBytes(trusted.appHash, conflicting.appHash) ||
    !equalBytes(trusted.lastResultsHash, conflicting.lastResultsHash)
  );
}

/**
 * Lunatic attack (an invalid header, or one beyond the height of `trusted`): those of the common set who signed it. Equivocation (same
 * round): those who signed both. Amnesia (another round): nobody, since who forgot a lock cannot be told from the two commits.
 * By voting power, then address (CometBFT GetByzantineValidators).
 */
export function byzantineValidators(conflicting: LightBlock, common: ValidatorSet, trusted: SignedHeader): Validator[] {
  const {header, commit} = conflicting.signedHeader;
  const isLunatic = header.height > trusted.header.height || isInvalidHeader(header, trusted.header);
  if (!isLunatic && commit.round !== trusted.commit.round) return [];
  const guilty = commit.signatures.flatMap((signature, index): Validator[] => {
    if (signature.blockIdFlag !== BlockIDFlag.Commit) return [];
    if (isLunatic) {
      const validator = common.validators[indexOfValidator(common, signature.validatorAddress)];
      return validator === undefined ? [] : [validator];
    }
    // The headers agree on the validators, so the indexes do.
    const validator = conflicting.validatorSet.validators[index];
    const isInBoth = trusted.commit.signatures[index]?.blockIdFlag === BlockIDFlag.Commit;
    return validator === undefined || !isInBoth ? [] : [validator];
  });
  return guilty.sort(byPower);
}

function byPower(a: Validator, b: Validator): number {
  if (a.votingPower !== b.votingPower) return a.votingPower > b.votingPower ? -1 : 1;
  return compareBytes(a.address, b.address);
}
