/** The tables of CometBFT's ValidateBasic tests. */
import {describe, expect, it} from '@jest/globals';
import {
  commitHash,
  dataHash,
  evidenceHash,
  headerHash,
  makePartSet,
  NIL_BLOCK_ID,
  utf8,
  validateBlockBasic,
  validateBlockIdBasic,
  validateCommitBasic,
  validateCommitSigBasic,
  validateConsensusParams,
  validateEvidenceBasic,
  validateHeaderBasic,
  validateLightBlockBasic,
  validatePartBasic,
  validateProposalBasic,
  validateSignedHeaderBasic,
  validateValidatorBasic,
  validateValidatorSetBasic,
  validateVoteBasic,
  validatorSetHash,
  ZERO_TIME,
  DEFAULT_CONSENSUS_PARAMS,
  type Block,
  type CommitSig,
  type ConsensusParams,
  type Evidence,
  type Header,
  type LightBlock,
  type Part,
  type Proposal,
  type Vote,
} from '#proto';
import {EXAMPLE_TIME} from './comet_json.ts';
import {
  exampleBlockId,
  exampleCommit,
  exampleDuplicateVote,
  exampleHeader,
  exampleProposal,
  exampleValidator,
  exampleValidatorSet,
  exampleVote,
  hashOf,
} from './examples.ts';

const PROBLEM = expect.any(String);
const BAD_BLOCK_ID = {hash: Uint8Array.of(1, 2, 3), partSetHeader: {total: 111, hash: utf8('blockparts')}};
const HALF_BLOCK_ID = {hash: hashOf('h'), partSetHeader: {total: 0, hash: new Uint8Array(0)}};

function exampleValidBlock(): Block {
  const lastCommit = exampleCommit();
  const evidence = [exampleDuplicateVote()];
  const txs = [utf8('foo'), utf8('bar')];
  return {
    header: exampleHeader({lastCommitHash: commitHash(lastCommit), dataHash: dataHash(txs), evidenceHash: evidenceHash(evidence)}),
    txs,
    evidence,
    lastCommit,
  };
}

function exampleLightBlock(): LightBlock {
  const validatorSet = exampleValidatorSet();
  const header = exampleHeader({validatorsHash: validatorSetHash(validatorSet.validators)});
  const commit = {...exampleCommit(), height: header.height, blockId: {hash: headerHash(header), partSetHeader: exampleBlockId().partSetHeader}};
  return {signedHeader: {header, commit}, validatorSet};
}

describe('votes (TestInvalidVotes)', () => {
  it('examples are valid', () => {
    expect(validateVoteBasic(exampleVote())).toBeUndefined();
    expect(validateVoteBasic(exampleVote({type: 1}))).toBeUndefined();
    expect(validateVoteBasic(exampleVote({blockId: NIL_BLOCK_ID}))).toBeUndefined();
  });

  it.each<[string, Partial<Vote>]>([
    ['negative height', {height: -1n}],
    ['zero height', {height: 0n}],
    ['negative round', {round: -1}],
    ['invalid block id', {blockId: BAD_BLOCK_ID}],
    ['incomplete block id', {blockId: HALF_BLOCK_ID}],
    ['invalid address', {validatorAddress: new Uint8Array(1)}],
    ['invalid validator index', {validatorIndex: -1}],
    ['no signature', {signature: new Uint8Array(0)}],
    ['oversized signature', {signature: new Uint8Array(65)}],
    ['proposal type', {type: 32 as 1}],
  ])('%s', (_name, change) => expect(validateVoteBasic(exampleVote(change))).toEqual(PROBLEM));
});

describe('proposals (TestProposalValidateBasic)', () => {
  it('examples are valid', () => {
    expect(validateProposalBasic(exampleProposal())).toBeUndefined();
    expect(validateProposalBasic(exampleProposal({round: 5, polRound: 4}))).toBeUndefined();
  });

  it.each<[string, Partial<Proposal>]>([
    ['negative height', {height: -1n}],
    ['zero height', {height: 0n}],
    ['negative round', {round: -1}],
    ['proof-of-lock round below -1', {polRound: -2}],
    ['proof of lock in its own round', {round: 5, polRound: 5}],
    ['proof of lock in a later round', {round: 5, polRound: 6}],
    ['nil block id', {blockId: NIL_BLOCK_ID}],
    ['invalid block id', {blockId: BAD_BLOCK_ID}],
    ['incomplete block id', {blockId: HALF_BLOCK_ID}],
    ['no signature', {signature: new Uint8Array(0)}],
    ['oversized signature', {signature: new Uint8Array(65)}],
  ])('%s', (_name, change) => expect(validateProposalBasic(exampleProposal(change))).toEqual(PROBLEM));
});

describe('headers', () => {
  it('examples are valid', () => {
    expect(validateHeaderBasic(exampleHeader())).toBeUndefined();
    expect(validateHeaderBasic(exampleHeader({appHash: new Uint8Array(8), lastBlockId: NIL_BLOCK_ID}))).toBeUndefined();
  });

  it.each<[string, Partial<Header>]>([
    ['block protocol', {version: {block: 1n, app: 0n}}],
    ['chain id of 51 bytes', {chainId: 'x'.repeat(51)}],
    ['chain id of 51 bytes in fewer characters', {chainId: '𠜎'.repeat(13)}],
    ['height 0', {height: 0n}],
    ['negative height', {height: -1n}],
    ['last block id', {lastBlockId: BAD_BLOCK_ID}],
    ['proposer address', {proposerAddress: new Uint8Array(19)}],
    ...(['lastCommitHash', 'dataHash', 'evidenceHash', 'validatorsHash', 'nextValidatorsHash', 'consensusHash', 'lastResultsHash'] as const).map(
      (name): [string, Partial<Header>] => [name, {[name]: new Uint8Array(31)}],
    ),
  ])('%s', (_name, change) => expect(validateHeaderBasic(exampleHeader(change))).toEqual(PROBLEM));
});

describe('blocks (TestBlockValidateBasic)', () => {
  it('an example is valid', () => {
    expect(validateBlockBasic(exampleValidBlock())).toBeUndefined();
  });

  const block = exampleValidBlock();
  const {header, lastCommit, evidence} = block;
  it.each<[string, Partial<Block>, string]>([
    ['negative height', {header: {...header, height: -1n}}, 'height'],
    ['half of the commit', {lastCommit: {...lastCommit, signatures: lastCommit.signatures.slice(0, 1)}}, 'last commit'],
    ['other last commit hash', {header: {...header, lastCommitHash: hashOf('x')}}, 'last commit'],
    ['tampered transactions', {txs: [utf8('something else'), utf8('bar')]}, 'transactions'],
    ['tampered data hash', {header: {...header, dataHash: hashOf('x')}}, 'transactions'],
    ['tampered evidence hash', {header: {...header, evidenceHash: hashOf('x')}}, 'evidence'],
    ['evidence taken out', {evidence: []}, 'evidence'],
    ['invalid evidence', {evidence: evidence.map((item) => (item.type === 'duplicateVote' ? {...item, voteA: item.voteB} : item))}, 'evidence'],
    ['block protocol', {header: {...header, version: {block: 1n, app: 0n}}}, 'header'],
    ['nil commit', {lastCommit: {...lastCommit, blockId: NIL_BLOCK_ID}}, 'last commit'],
  ])('%s', (_name, change, problem) => expect(validateBlockBasic({...block, ...change})).toContain(problem));
});

describe('commits', () => {
  it('the empty commit of height 0 is valid', () => {
    expect(validateCommitBasic({height: 0n, round: 0, blockId: NIL_BLOCK_ID, signatures: []})).toBeUndefined();
    expect(validateCommitBasic(exampleCommit())).toBeUndefined();
  });

  it('others are not', () => {
    expect(validateCommitBasic({...exampleCommit(), height: -100n})).toEqual(PROBLEM);
    expect(validateCommitBasic({...exampleCommit(), round: -100})).toEqual(PROBLEM);
    expect(validateCommitBasic({...exampleCommit(), signatures: []})).toEqual(PROBLEM);
    expect(validateCommitBasic({...exampleCommit(), blockId: BAD_BLOCK_ID})).toEqual(PROBLEM);
    expect(validateCommitBasic({...exampleCommit(), signatures: new Array<CommitSig>(10_001).fill(exampleCommit().signatures[0] as CommitSig)})).toEqual(PROBLEM);
  });

  it.each<[string, CommitSig]>([
    ['absent with an address', {blockIdFlag: 1, validatorAddress: new Uint8Array(20), timestamp: ZERO_TIME, signature: new Uint8Array(0)}],
    ['absent with a time', {blockIdFlag: 1, validatorAddress: new Uint8Array(0), timestamp: EXAMPLE_TIME, signature: new Uint8Array(0)}],
    ['absent with a signature', {blockIdFlag: 1, validatorAddress: new Uint8Array(0), timestamp: ZERO_TIME, signature: new Uint8Array(64)}],
    ['short address', {blockIdFlag: 2, validatorAddress: new Uint8Array(19), timestamp: EXAMPLE_TIME, signature: new Uint8Array(64)}],
    ['no signature', {blockIdFlag: 3, validatorAddress: new Uint8Array(20), timestamp: EXAMPLE_TIME, signature: new Uint8Array(0)}],
    ['oversized signature', {blockIdFlag: 2, validatorAddress: new Uint8Array(20), timestamp: EXAMPLE_TIME, signature: new Uint8Array(65)}],
  ])('%s', (_name, signature) => {
    expect(validateCommitSigBasic(signature)).toEqual(PROBLEM);
    expect(validateCommitBasic({...exampleCommit(), signatures: [signature]})).toContain('signature 0');
  });
});

describe('block ids (TestBlockIDValidateBasic)', () => {
  const empty = new Uint8Array(0);
  it.each([
    ['valid', empty, empty, true],
    ['hash of one byte', Uint8Array.of(0), empty, false],
    ['part set hash of one byte', empty, Uint8Array.of(0), false],
  ])('%s', (_name, hash, partsHash, valid) => {
    expect(validateBlockIdBasic({hash, partSetHeader: {total: 1, hash: partsHash}}) === undefined).toBe(valid);
  });
});

describe('parts', () => {
  const part = makePartSet(utf8('bytes')).part(0) as Part;
  it.each<[string, Partial<Part>]>([
    ['too big', {bytes: new Uint8Array(65_537)}],
    ['proof of another part', {index: 1}],
    ['leaf hash', {proof: {...part.proof, leafHash: new Uint8Array(31)}}],
    ['aunt', {proof: {...part.proof, aunts: [new Uint8Array(31)]}}],
    ['aunts', {proof: {...part.proof, aunts: new Array<Uint8Array>(101).fill(new Uint8Array(32))}}],
    ['total', {proof: {...part.proof, total: -1n}}],
  ])('%s', (_name, change) => {
    expect(validatePartBasic(part)).toBeUndefined();
    expect(validatePartBasic({...part, ...change})).toEqual(PROBLEM);
  });
});

describe('validators and light blocks', () => {
  it('an address that is not the key\'s, negative power and short keys', () => {
    const validator = exampleValidator('v');
    expect(validateValidatorBasic(validator)).toBeUndefined();
    expect(validateValidatorBasic({...validator, address: new Uint8Array(20)})).toEqual(PROBLEM);
    expect(validateValidatorBasic({...validator, votingPower: -1n})).toEqual(PROBLEM);
    expect(validateValidatorBasic({...validator, publicKey: {type: 'ed25519', bytes: new Uint8Array(31)}})).toEqual(PROBLEM);
  });

  it('sets: empty, too powerful, bad member, bad proposer', () => {
    const set = exampleValidatorSet();
    const bad = {...exampleValidator('v'), votingPower: -1n};
    expect(validateValidatorSetBasic(set)).toBeUndefined();
    expect(validateValidatorSetBasic({...set, validators: []})).toEqual(PROBLEM);
    expect(validateValidatorSetBasic({...set, totalVotingPower: 2n ** 60n})).toEqual(PROBLEM);
    expect(validateValidatorSetBasic({...set, validators: [bad]})).toContain('validator 0');
    expect(validateValidatorSetBasic({...set, proposer: bad})).toContain('proposer');
  });

  it('light blocks hang together', () => {
    const block = exampleLightBlock();
    const {header, commit} = block.signedHeader;
    expect(validateLightBlockBasic(block, 'chainId')).toBeUndefined();
    expect(validateLightBlockBasic(block, 'other')).toContain('another chain');
    expect(validateSignedHeaderBasic({header, commit: {...commit, height: 9n}}, 'chainId')).toContain('another height');
    expect(validateSignedHeaderBasic({header, commit: {...commit, blockId: exampleBlockId()}}, 'chainId')).toContain('another block');
    const set = {...block.validatorSet, validators: [exampleValidator('x')]};
    expect(validateLightBlockBasic({...block, validatorSet: set}, 'chainId')).toContain('validator set does not have the hash');
  });
});

describe('evidence', () => {
  it('of a duplicate vote (TestDuplicateVoteEvidenceValidation)', () => {
    const evidence = exampleDuplicateVote();
    if (evidence.type !== 'duplicateVote') throw new Error('not a duplicate vote');
    expect(validateEvidenceBasic(evidence)).toBeUndefined();
    expect(validateEvidenceBasic({...evidence, voteA: evidence.voteB, voteB: evidence.voteA})).toContain('order');
    expect(validateEvidenceBasic({...evidence, voteB: evidence.voteA})).toContain('order');
    expect(validateEvidenceBasic({...evidence, voteA: {...evidence.voteA, type: 0 as 1}})).toContain('vote A');
  });

  it('of a light-client attack (TestLightClientAttackEvidenceValidation)', () => {
    const conflictingBlock = exampleLightBlock();
    const evidence: Evidence = {
      type: 'lightClientAttack',
      conflictingBlock,
      commonHeight: 2n,
      byzantineValidators: [],
      totalVotingPower: 50n,
      timestamp: EXAMPLE_TIME,
    };
    expect(validateEvidenceBasic(evidence)).toBeUndefined();
    expect(validateEvidenceBasic({...evidence, commonHeight: 3n})).toBeUndefined();
    expect(validateEvidenceBasic({...evidence, commonHeight: 4n})).toEqual(PROBLEM);
    expect(validateEvidenceBasic({...evidence, commonHeight: -10n})).toEqual(PROBLEM);
    expect(validateEvidenceBasic({...evidence, totalVotingPower: -1n})).toEqual(PROBLEM);
    const empty = {...conflictingBlock, validatorSet: {...conflictingBlock.validatorSet, validators: []}};
    expect(validateEvidenceBasic({...evidence, conflictingBlock: empty})).toEqual(PROBLEM);
  });
});

describe('consensus parameters', () => {
  const {block, evidence} = DEFAULT_CONSENSUS_PARAMS;
  it.each<[string, Partial<ConsensusParams>]>([
    ['no block bytes', {block: {...block, maxBytes: 0n}}],
    ['block bytes below -1', {block: {...block, maxBytes: -2n}}],
    ['block bytes above the limit', {block: {...block, maxBytes: 104_857_601n}}],
    ['gas below -1', {block: {...block, maxGas: -2n}}],
    ['evidence age in blocks', {evidence: {...evidence, maxAgeNumBlocks: 0n}}],
    ['evidence age in time', {evidence: {...evidence, maxAgeDurationNs: 0n}}],
    ['evidence bytes above the block\'s', {block: {...block, maxBytes: 1000n}}],
    ['negative evidence bytes', {evidence: {...evidence, maxBytes: -1n}}],
    ['no key types', {validator: {pubKeyTypes: []}}],
    ['unknown key type', {validator: {pubKeyTypes: ['ed25519', 'secp256k1']}}],
    ['negative extension height', {abci: {voteExtensionsEnableHeight: -1n}}],
  ])('%s', (_name, change) => {
    expect(validateConsensusParams({...DEFAULT_CONSENSUS_PARAMS, ...change})).toEqual(PROBLEM);
  });

  it('the defaults, and no limit on bytes', () => {
    expect(validateConsensusParams(DEFAULT_CONSENSUS_PARAMS)).toBeUndefined();
    expect(validateConsensusParams({...DEFAULT_CONSENSUS_PARAMS, block: {maxBytes: -1n, maxGas: 0n}})).toBeUndefined();
  });
});
