/** JSON from another node: what CometBFT recorded, what we write ourselves, and what a liar may send. */
import {describe, expect, it} from '@jest/globals';
import {
  blockFromJson,
  blockToJson,
  commitFromJson,
  evidenceFromJson,
  evidenceToJson,
  headerFromJson,
  headerToJson,
  JsonError,
  lightBlockFromJson,
  lightBlockToJson,
  validatorSetOf,
  VALIDATORS_MAX,
  TOTAL_VOTING_POWER_MAX,
  type Evidence,
} from '#proto';
import {rpcResult} from './comet_json.ts';
import {exampleCommit, exampleDuplicateVote, exampleHeader, exampleLightClientAttack, exampleValidator, exampleValidatorSet} from './examples.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** As the wire carries it. */
function wire(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}

describe('JSON of CometBFT', () => {
  it.each(['block_at_height_1', 'block_at_height_10', 'block_by_hash'])('%s reads and is written alike', (name) => {
    const {block} = rpcResult(name);
    const read = blockFromJson(block);
    expect(blockFromJson(wire(blockToJson(read)))).toEqual(read);
    expect(wire(headerToJson(read.header))).toEqual(block.header);
  });

  it('reads the evidence that tendermint-rs recorded with its own member names', () => {
    const [json] = rpcResult('block_search_evidence').blocks[0].block.evidence.evidence;
    const read = evidenceFromJson(json);
    expect(read.type).toBe('duplicateVote');
    expect(read.totalVotingPower > 0n).toBe(true);
  });

  it.each<[string, Evidence]>([
    ['duplicate votes', exampleDuplicateVote()],
    ['a light-client attack', exampleLightClientAttack()],
  ])('evidence of %s survives the way there and back', (_, evidence) => {
    expect(evidenceFromJson(wire(evidenceToJson(evidence)))).toEqual(evidence);
  });

  it('a light block survives the way there and back', () => {
    const block = {signedHeader: {header: exampleHeader(), commit: exampleCommit()}, validatorSet: exampleValidatorSet()};
    expect(lightBlockFromJson(wire(lightBlockToJson(block)))).toEqual(block);
  });
});

describe('JSON from a liar', () => {
  const header = wire(headerToJson(exampleHeader()));

  it.each<[string, unknown]>([
    ['height', '18446744073709551616'],
    ['height', 7],
    ['height', '0x10'],
    ['height', null],
    ['time', '2017-02-30T00:00:00Z'],
    ['time', 'yesterday'],
    ['validators_hash', 'AB'],
    ['validators_hash', 'zz'],
    ['proposer_address', 'AB'],
    ['last_block_id', []],
    ['last_block_id.parts', 'none'],
    ['last_block_id.parts.total', 4294967296],
    ['last_block_id.parts.total', 1.5],
    ['version', 'eleven'],
    ['version.block', '-1'],
    ['chain_id', {}],
  ])('a header with %s = %j is refused by name', (path, value) => {
    const changed = wire(header);
    const names = path.split('.');
    const last = names.pop()!;
    names.reduce((object: Json, name) => object[name], changed)[last] = value;
    expect(() => headerFromJson(changed)).toThrow(JsonError);
    expect(() => headerFromJson(changed)).toThrow(path);
  });

  it.each<unknown>([null, [], 'header', 7, undefined])('%j is no header', (value) => {
    expect(() => headerFromJson(value)).toThrow(JsonError);
  });

  it('lists end at their limit', () => {
    const commit = {height: '1', round: 0, block_id: header.last_block_id};
    const signature = {block_id_flag: 1, validator_address: '', timestamp: '0001-01-01T00:00:00Z', signature: null};
    expect(commitFromJson({...commit, signatures: Array(VALIDATORS_MAX).fill(signature)}).signatures).toHaveLength(VALIDATORS_MAX);
    expect(() => commitFromJson({...commit, signatures: Array(VALIDATORS_MAX + 1).fill(signature)})).toThrow(/limit 10000/);
    expect(() => commitFromJson({...commit, signatures: [{...signature, block_id_flag: 4}]})).toThrow(/block_id_flag/);
    expect(() => commitFromJson({...commit, signatures: [{...signature, signature: 'A'.repeat(88)}]})).toThrow(/limit 64/);
  });

  it('a set has validators, with powers that sum within the limit', () => {
    const validator = exampleValidator('v');
    expect(() => validatorSetOf([], 'validators')).toThrow(/no validators/);
    expect(validatorSetOf([{...validator, votingPower: TOTAL_VOTING_POWER_MAX}], 'v').totalVotingPower).toBe(TOTAL_VOTING_POWER_MAX);
    expect(() => validatorSetOf([{...validator, votingPower: TOTAL_VOTING_POWER_MAX}, {...validator, votingPower: 1n}], 'v')).toThrow(/above/);
    expect(() => validatorSetOf([{...validator, votingPower: -1n}], 'v')).toThrow(/negative/);
  });

  it('evidence has one of two types', () => {
    expect(() => evidenceFromJson({type: 'tendermint/PhantomValidatorEvidence', value: {}})).toThrow(JsonError);
    expect(() => evidenceFromJson({type: 'tendermint/DuplicateVoteEvidence'})).toThrow(/value/);
  });
});
