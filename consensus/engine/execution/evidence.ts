/** Evidence as blocks carry it and as the application is told of it. Source: CometBFT `types/evidence.go`. */
import {encodeEvidence, framedBytes, type Evidence} from '#proto';
import type {Misbehavior} from '../application.ts';

/** One per validator that is proven guilty. An amnesia attack names nobody, so it is recorded in the block and punishes nobody. */
export function misbehaviorOf(evidence: readonly Evidence[]): Misbehavior[] {
  return evidence.flatMap((piece): Misbehavior[] => {
    const {timestamp: time, totalVotingPower} = piece;
    if (piece.type === 'duplicateVote') {
      const {validatorAddress, height} = piece.voteA;
      return [{type: 'duplicateVote', validatorAddress, validatorPower: piece.validatorPower, height, time, totalVotingPower}];
    }
    return piece.byzantineValidators.map(({address, votingPower}) => ({
      type: 'lightClientAttack',
      validatorAddress: address,
      validatorPower: votingPower,
      height: piece.commonHeight,
      time,
      totalVotingPower,
    }));
  });
}

/** Bytes of a list of evidence in a block (CometBFT EvidenceData.ByteSize). */
export function evidenceBytes(evidence: readonly Evidence[]): bigint {
  return evidence.reduce((sum, piece) => sum + BigInt(framedBytes(encodeEvidence(piece).length)), 0n);
}
