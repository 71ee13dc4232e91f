/** What validators sign (CometBFT types/canonical.go): the canonical message after its length. A nil block id is left out. */
import {isNilBlockId} from './block_id.ts';
import {PROPOSAL_TYPE} from './encoding.ts';
import {CanonicalProposal, CanonicalVote} from './gen/tendermint_types.ts';
import {VOTE_BYTES_MAX} from './limits.ts';
import type {BlockID, Proposal, Timestamp, Vote} from './types.ts';
import {decodeMessage, encodeDelimited, type Codec} from './wire.ts';

export function voteSignBytes(chainId: string, vote: Pick<Vote, 'type' | 'height' | 'round' | 'blockId' | 'timestamp'>): Uint8Array {
  return encodeDelimited(CanonicalVote, {
    type: vote.type,
    height: vote.height,
    round: BigInt(vote.round),
    blockId: canonicalBlockId(vote.blockId),
    timestamp: vote.timestamp,
    chainId,
  });
}

export function proposalSignBytes(
  chainId: string,
  proposal: Pick<Proposal, 'height' | 'round' | 'polRound' | 'blockId' | 'timestamp'>,
): Uint8Array {
  return encodeDelimited(CanonicalProposal, {
    type: PROPOSAL_TYPE,
    height: proposal.height,
    round: BigInt(proposal.round),
    polRound: BigInt(proposal.polRound),
    blockId: canonicalBlockId(proposal.blockId),
    timestamp: proposal.timestamp,
    chainId,
  });
}

function canonicalBlockId(blockId: BlockID): BlockID | undefined {
  return isNilBlockId(blockId) ? undefined : blockId;
}

/**
 * The timestamp inside sign bytes, by which a signer tells a message that it signed already from a conflicting one.
 * @throws DecodeError when these are not the sign bytes of such a message.
 */
export function signBytesTimestamp(kind: 'vote' | 'proposal', signBytes: Uint8Array): Timestamp {
  let start = 0;
  while (start < signBytes.length && (signBytes[start] as number) >= 0x80) start += 1;
  const message = signBytes.subarray(start + 1);
  const codec: Codec<{readonly timestamp: Timestamp}> = kind === 'vote' ? CanonicalVote : CanonicalProposal;
  return decodeMessage(codec, message, VOTE_BYTES_MAX).timestamp;
}
