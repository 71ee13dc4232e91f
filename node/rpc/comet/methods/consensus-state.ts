/** The round state in CometBFT's words (consensus/types/round_state.go, height_vote_set.go; types/vote_set.go, vote.go). */
import {
  blockIdToJson,
  isNilBlockId,
  timestampToRfc3339,
  toHexUpper,
  validatorToJson,
  VoteType,
  base64OrNull,
  type BlockID,
  type Json,
  type Proposal,
  type ValidatorSet,
  type Vote,
} from '#proto';
import {blockKey, indexOfValidator, roundVotes, voteBits, type VoteSet} from '#consensus/core';
import type {CometBackend, CometConsensusState} from '../backend.ts';
import type {PeerRoundState} from '#consensus/engine';
import {internalError} from '../errors.ts';
import {method} from '../method.ts';

const FINGERPRINT_BYTES = 6;
/** RoundStepType. */
const STEP_NUMBERS = {newHeight: 1, propose: 3, prevote: 4, precommit: 6, commit: 8} as const;

export const consensusState = method({
  name: 'consensus_state',
  purpose: 'The round state in short: height, round, step, votes.',
  parameters: {},
  heavy: true,
  call({backend}) {
    const state = stateOf(backend);
    const {round} = state;
    return {
      round_state: {
        'height/round/step': `${round.height}/${round.round}/${STEP_NUMBERS[round.step]}`,
        start_time: timestampToRfc3339(state.startTime),
        proposal_block_hash: hashOf(round.proposals.get(round.round)?.blockId),
        locked_block_hash: hashOf(round.lockedValue),
        valid_block_hash: hashOf(round.validValue),
        height_vote_set: heightVotes(state),
        proposer: {address: toHexUpper(state.proposer.address), index: indexOfValidator(state.validators, state.proposer.address)},
      },
    };
  },
});

export const dumpConsensusState = method({
  name: 'dump_consensus_state',
  purpose: 'The whole round state, and where the peers are.',
  parameters: {},
  heavy: true,
  call({backend}) {
    const state = stateOf(backend);
    const {round} = state;
    const proposal = round.proposals.get(round.round);
    return {
      round_state: {
        height: round.height.toString(),
        round: round.round,
        step: STEP_NUMBERS[round.step],
        start_time: timestampToRfc3339(state.startTime),
        commit_time: timestampToRfc3339(state.commitTime),
        validators: validatorSetToJson(state.validators),
        proposal: proposal === undefined ? null : proposalToJson(proposal),
        proposal_block: null,
        proposal_block_parts: partsOf(state, proposal?.blockId),
        locked_round: round.lockedRound,
        locked_block: null,
        locked_block_parts: partsOf(state, round.lockedValue),
        valid_round: round.validRound,
        valid_block: null,
        valid_block_parts: partsOf(state, round.validValue),
        votes: heightVotes(state),
        commit_round: round.decision?.round ?? -1,
        last_commit: round.lastPrecommits === undefined ? null : lastCommitToJson(round.lastPrecommits),
        last_validators: state.lastValidators === undefined ? null : validatorSetToJson(state.lastValidators),
        triggered_timeout_precommit: round.precommitTimeoutRound === round.round,
      },
      peers: state.peers.map(peerToJson),
    };
  },
});

function stateOf(backend: CometBackend): CometConsensusState {
  const state = backend.consensusState();
  if (state === undefined) throw internalError('consensus is not running');
  return state;
}

function heightVotes({round}: CometConsensusState): Json {
  const rounds: Json[] = [];
  for (let number = 0; number <= round.round; number++) {
    const {prevotes, precommits} = roundVotes(round.votes, number);
    rounds.push({
      round: number,
      prevotes: voteStrings(prevotes),
      prevotes_bit_array: voteSetBits(prevotes),
      precommits: voteStrings(precommits),
      precommits_bit_array: voteSetBits(precommits),
    });
  }
  return rounds;
}

function voteStrings({votes}: VoteSet): Json {
  return votes.map((vote) => (vote === undefined ? 'nil-Vote' : voteString(vote)));
}

/** Vote{index:address height/round/type(name) block signature extension @ time}, the bytes cut to six. */
export function voteString(vote: Vote): string {
  const [type, name] = vote.type === VoteType.Prevote ? ['SIGNED_MSG_TYPE_PREVOTE', 'Prevote'] : ['SIGNED_MSG_TYPE_PRECOMMIT', 'Precommit'];
  const place = `${vote.height}/${String(vote.round).padStart(2, '0')}/${type}(${name})`;
  const hashes = [vote.blockId.hash, vote.signature, new Uint8Array(0)].map(fingerprint).join(' ');
  return `Vote{${vote.validatorIndex}:${fingerprint(vote.validatorAddress)} ${place} ${hashes} @ ${timestampToRfc3339(vote.timestamp)}}`;
}

function fingerprint(bytes: Uint8Array): string {
  const cut = new Uint8Array(FINGERPRINT_BYTES);
  cut.set(bytes.subarray(0, FINGERPRINT_BYTES));
  return toHexUpper(cut);
}

/** Bits, power that voted, all power, their ratio. */
function voteSetBits(set: VoteSet): string {
  const {power, validators} = set;
  const total = validators.totalVotingPower;
  const ratio = total === 0n ? 0 : Number((power * 10_000n) / total) / 10_000;
  return `BA{${validators.validators.length}:${bitString(voteBits(set))}} ${power}/${total} = ${ratio.toFixed(2)}`;
}

function bitString(bits: readonly boolean[]): string {
  return bits.map((bit) => (bit ? 'x' : '_')).join('');
}

function lastCommitToJson(set: VoteSet): Json {
  const claims: Record<string, Json> = {};
  for (const [peer, blocks] of set.claims) claims[peer] = blocks.map(blockIdToJson);
  return {votes: voteStrings(set), votes_bit_array: voteSetBits(set), peer_maj_23s: claims};
}

function validatorSetToJson({validators, proposer}: ValidatorSet): Json {
  return {validators: validators.map(validatorToJson), proposer: validatorToJson(proposer)};
}

function proposalToJson(proposal: Proposal): Json {
  return {
    Type: 32,
    height: proposal.height.toString(),
    round: proposal.round,
    pol_round: proposal.polRound,
    block_id: blockIdToJson(proposal.blockId),
    timestamp: timestampToRfc3339(proposal.timestamp),
    signature: base64OrNull(proposal.signature),
  };
}

/** Go's PartSet: how many are here. Only whole blocks are told apart from missing ones. */
function partsOf({round}: CometConsensusState, blockId: BlockID | undefined): Json {
  if (blockId === undefined || isNilBlockId(blockId)) return null;
  const {total} = blockId.partSetHeader;
  const isHere = round.values.has(blockKey(blockId));
  return {'count/total': `${isHere ? total : 0}/${total}`, parts_bit_array: (isHere ? 'x' : '_').repeat(total)};
}

/** What we do not keep of a peer stands as CometBFT writes it of a peer that has said nothing. */
function peerToJson(peer: PeerRoundState): Json {
  const bits = (known: readonly boolean[] | undefined): Json => (known === undefined ? null : bitString(known));
  return {
    node_address: peer.id,
    peer_state: {
      round_state: {
        height: peer.height.toString(),
        round: peer.round,
        step: peer.step,
        start_time: '0001-01-01T00:00:00Z',
        proposal: peer.hasProposal,
        proposal_block_part_set_header: {total: 0, hash: ''},
        proposal_block_parts: null,
        proposal_pol_round: -1,
        proposal_pol: null,
        prevotes: bits(peer.prevotes),
        precommits: bits(peer.precommits),
        last_commit_round: -1,
        last_commit: null,
        catchup_commit_round: -1,
        catchup_commit: null,
      },
    },
  };
}

function hashOf(blockId: BlockID | undefined): string {
  return blockId === undefined ? '' : toHexUpper(blockId.hash);
}
