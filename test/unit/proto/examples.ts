/** One value of every kind, with every field set. */
import {
  addressOf,
  sha256,
  utf8,
  VoteType,
  ZERO_TIME,
  type Block,
  type BlockID,
  type Commit,
  type Evidence,
  type Header,
  type Proposal,
  type Validator,
  type ValidatorSet,
  type Vote,
  blockIdKey,
} from '#proto';
import {EXAMPLE_TIME} from './comet_json.ts';

export function hashOf(text: string): Uint8Array {
  return sha256(utf8(text));
}

export function addressFor(text: string): Uint8Array {
  return addressOf(utf8(text));
}

export function exampleBlockId(text = 'blockID_hash', total = 1_000_000): BlockID {
  return {hash: hashOf(text), partSetHeader: {total, hash: hashOf('blockID_part_set_header_hash')}};
}

/** `exampleVote` of CometBFT's types/vote_test.go, with a signature. */
export function exampleVote(overrides: Partial<Vote> = {}): Vote {
  return {
    type: VoteType.Precommit,
    height: 12345n,
    round: 2,
    blockId: exampleBlockId(),
    timestamp: EXAMPLE_TIME,
    validatorAddress: addressFor('validator_address'),
    validatorIndex: 56789,
    signature: new Uint8Array(64).fill(7),
    ...overrides,
  };
}

export function exampleProposal(overrides: Partial<Proposal> = {}): Proposal {
  return {
    height: 12345n,
    round: 23456,
    polRound: -1,
    blockId: exampleBlockId('--June_15_2020_amino_was_removed', 111),
    timestamp: EXAMPLE_TIME,
    signature: new Uint8Array(64).fill(9),
    ...overrides,
  };
}

export function exampleCommit(): Commit {
  return {
    height: 2n,
    round: 1,
    blockId: exampleBlockId('last', 3),
    signatures: [
      {blockIdFlag: 2, validatorAddress: addressFor('a'), timestamp: EXAMPLE_TIME, signature: new Uint8Array(64).fill(1)},
      {blockIdFlag: 3, validatorAddress: addressFor('b'), timestamp: EXAMPLE_TIME, signature: new Uint8Array(64).fill(2)},
      {blockIdFlag: 1, validatorAddress: new Uint8Array(0), timestamp: ZERO_TIME, signature: new Uint8Array(0)},
    ],
  };
}

/** The header of TestHeaderHash in CometBFT's types/block_test.go, but for the block protocol. */
export function exampleHeader(overrides: Partial<Header> = {}): Header {
  return {
    version: {block: 11n, app: 2n},
    chainId: 'chainId',
    height: 3n,
    time: {seconds: 1570983284n, nanos: 0},
    lastBlockId: {hash: new Uint8Array(32), partSetHeader: {total: 6, hash: new Uint8Array(32)}},
    lastCommitHash: hashOf('last_commit_hash'),
    dataHash: hashOf('data_hash'),
    validatorsHash: hashOf('validators_hash'),
    nextValidatorsHash: hashOf('next_validators_hash'),
    consensusHash: hashOf('consensus_hash'),
    appHash: hashOf('app_hash'),
    lastResultsHash: hashOf('last_results_hash'),
    evidenceHash: hashOf('evidence_hash'),
    proposerAddress: addressFor('proposer_address'),
    ...overrides,
  };
}

export function exampleValidator(seed: string, votingPower = 10n): Validator {
  const bytes = hashOf(seed);
  return {address: addressOf(bytes), publicKey: {type: 'ed25519', bytes}, votingPower, proposerPriority: -3n};
}

export function exampleValidatorSet(): ValidatorSet {
  const validators = [exampleValidator('v1', 30n), exampleValidator('v2', 20n)];
  return {validators, proposer: validators[1] as Validator, totalVotingPower: 50n};
}

export function exampleDuplicateVote(): Evidence {
  const votes = [exampleVote({blockId: exampleBlockId('one')}), exampleVote({blockId: exampleBlockId('two')})];
  votes.sort((a, b) => (blockIdKey(a.blockId) < blockIdKey(b.blockId) ? -1 : 1));
  const [voteA, voteB] = votes as [Vote, Vote];
  return {type: 'duplicateVote', voteA, voteB, totalVotingPower: 50n, validatorPower: 20n, timestamp: EXAMPLE_TIME};
}

export function exampleLightClientAttack(): Evidence {
  return {
    type: 'lightClientAttack',
    conflictingBlock: {signedHeader: {header: exampleHeader(), commit: exampleCommit()}, validatorSet: exampleValidatorSet()},
    commonHeight: 2n,
    byzantineValidators: [exampleValidator('v1', 30n)],
    totalVotingPower: 50n,
    timestamp: EXAMPLE_TIME,
  };
}

export function exampleBlock(): Block {
  return {
    header: exampleHeader(),
    txs: [utf8('foo'), utf8('bar'), new Uint8Array(0)],
    evidence: [exampleDuplicateVote(), exampleLightClientAttack()],
    lastCommit: exampleCommit(),
  };
}
