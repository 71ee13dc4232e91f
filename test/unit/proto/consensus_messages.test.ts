import {describe, expect, it} from '@jest/globals';
import {
  bitArrayFrom,
  bitArrayHas,
  bitArrayIndexes,
  DecodeError,
  decodeConsensusMessage,
  decodeWalMessage,
  encodeConsensusMessage,
  encodeWalMessage,
  fromHex,
  makePartSet,
  RoundStep,
  toHex,
  utf8,
  validateConsensusMessageBasic,
  type BlockID,
  type ConsensusMessage,
  type Part,
  type WalMessage,
} from '#proto';
import * as pb from '../../../proto/gen/tendermint_consensus.ts';
import {encodeMessage} from '../../../proto/wire.ts';
import {EXAMPLE_TIME} from './comet_json.ts';
import {exampleBlockId, exampleProposal, exampleVote} from './examples.ts';

// CometBFT consensus/msgs_test.go, TestConsMsgsVectors.
const TEXT = utf8('add_more_exclamation_marks_code-');
const HASH = '6164645f6d6f72655f6578636c616d6174696f6e5f6d61726b735f636f64652d';
const BLOCK_ID: BlockID = {hash: TEXT, partSetHeader: {total: 1, hash: TEXT}};
const ADDRESS = utf8('add_more_exclamation');
const TIME = {seconds: 1535630400n, nanos: 0};
const PART: Part = {index: 1, bytes: utf8('test'), proof: {total: 1n, index: 1n, leafHash: TEXT, aunts: []}};
const BITS = bitArrayFrom(1, () => false);

const VECTORS: readonly (readonly [string, ConsensusMessage, string])[] = [
  [
    'NewRoundStep',
    {type: 'newRoundStep', height: 1n, round: 1, step: RoundStep.NewHeight, secondsSinceStartTime: 1n, lastCommitRound: 1},
    '0a0a08011001180120012801',
  ],
  [
    'NewValidBlock',
    {type: 'newValidBlock', height: 1n, round: 1, blockPartSetHeader: BLOCK_ID.partSetHeader, blockParts: BITS, isCommit: false},
    `1231080110011a2408011220${HASH}22050801120100`,
  ],
  [
    'Proposal',
    {type: 'proposal', proposal: {height: 1n, round: 1, polRound: 1, blockId: BLOCK_ID, timestamp: TIME, signature: ADDRESS}},
    `1a720a7008201001180120012a480a20${HASH}122408011220${HASH}320608c0b89fdc053a146164645f6d6f72655f6578636c616d6174696f6e`,
  ],
  [
    'BlockPart',
    {type: 'blockPart', height: 1n, round: 1, part: PART},
    `2a36080110011a3008011204746573741a26080110011a20${HASH}`,
  ],
  [
    'Vote',
    {
      type: 'vote',
      vote: {
        type: 2,
        height: 1n,
        round: 0,
        blockId: BLOCK_ID,
        timestamp: TIME,
        validatorAddress: ADDRESS,
        validatorIndex: 1,
        signature: new Uint8Array(0),
      },
    },
    `32700a6e0802100122480a20${HASH}122408011220${HASH}2a0608c0b89fdc0532146164645f6d6f72655f6578636c616d6174696f6e3801`,
  ],
  ['HasVote', {type: 'hasVote', height: 1n, round: 1, voteType: 1, index: 1}, '3a080801100118012001'],
  [
    'HasVote at the limits',
    {type: 'hasVote', height: 2n ** 63n - 1n, round: 2 ** 31 - 1, voteType: 1, index: 2 ** 31 - 1},
    '3a1808ffffffffffffffff7f10ffffffff07180120ffffffff07',
  ],
  ['VoteSetMaj23', {type: 'voteSetMaj23', height: 1n, round: 1, voteType: 1, blockId: BLOCK_ID}, `425008011001180122480a20${HASH}122408011220${HASH}`],
  [
    'VoteSetBits',
    {type: 'voteSetBits', height: 1n, round: 1, voteType: 1, blockId: BLOCK_ID, votes: BITS},
    `4a5708011001180122480a20${HASH}122408011220${HASH}2a050801120100`,
  ],
];

describe('consensus messages', () => {
  it.each(VECTORS)('%s encodes as in CometBFT and comes back', (_name, message, hex) => {
    expect(toHex(encodeConsensusMessage(message))).toBe(hex);
    expect(decodeConsensusMessage(fromHex(hex))).toEqual(message);
  });

  it('the two vectors that no node would send', () => {
    const max = {height: 2n ** 63n - 1n, round: 2 ** 31 - 1, step: 2 ** 32 - 1, secondsSinceStartTime: 2n ** 63n - 1n, lastCommitRound: 2 ** 31 - 1};
    const hex = '0a2608ffffffffffffffff7f10ffffffff0718ffffffff0f20ffffffffffffffff7f28ffffffff07';
    expect(toHex(encodeMessage(pb.Message, {sum: {case: 'newRoundStep', value: max}}))).toBe(hex);
    expect(() => decodeConsensusMessage(fromHex(hex))).toThrow(DecodeError);
    const emptyPol = {type: 'proposalPol', height: 1n, proposalPolRound: 1, proposalPol: {bits: 0, elems: []}} as const;
    expect(toHex(encodeConsensusMessage(emptyPol))).toBe('2206080110011a00');
    expect(validateConsensusMessageBasic(emptyPol)).toBe('empty proof of lock');
  });

  it('a last commit round of -1 survives', () => {
    const message: ConsensusMessage = {type: 'newRoundStep', height: 1n, round: 0, step: 3, secondsSinceStartTime: 0n, lastCommitRound: -1};
    expect(decodeConsensusMessage(encodeConsensusMessage(message))).toEqual(message);
    expect(validateConsensusMessageBasic(message)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['an unknown type', '7a020801'],
    ['a truncated message', '0a0a0801100118'],
    ['a vote message without a vote', '3200'],
    ['a vote type that is none', '3a080801100118052001'],
    ['a height with the wrong wire type', '0a090d00000000'],
    ['bits without words', `2208080110011a020840`],
    ['negative bits', `2211080110011a0b08ffffffffffffffffff01`],
    ['too many bits', `220a080110011a040880808001`],
    ['a group', '0b0c'],
    ['field number 0', '0000'],
    ['not protobuf', 'ffffffffffffffffffff'],
  ])('%s is refused', (_name, hex) => {
    expect(() => decodeConsensusMessage(fromHex(hex))).toThrow(DecodeError);
  });

  it('a message over the limit is refused before it is read', () => {
    expect(() => decodeConsensusMessage(new Uint8Array(1_048_577))).toThrow(/1048577 bytes, limit 1048576/);
  });

  it('ValidateBasic of what peers send', () => {
    const {header} = makePartSet(utf8('x'));
    const part = makePartSet(utf8('x')).part(0) as Part;
    const valid: ConsensusMessage[] = [
      {type: 'proposal', proposal: exampleProposal()},
      {type: 'vote', vote: exampleVote()},
      {type: 'blockPart', height: 1n, round: 0, part},
      {type: 'newValidBlock', height: 1n, round: 0, blockPartSetHeader: header, blockParts: bitArrayFrom(1, () => true), isCommit: true},
      {type: 'voteSetMaj23', height: 1n, round: 0, voteType: 1, blockId: exampleBlockId()},
      {type: 'voteSetBits', height: 1n, round: 0, voteType: 1, blockId: exampleBlockId(), votes: bitArrayFrom(4, (i) => i === 2)},
      {type: 'hasVote', height: 1n, round: 0, voteType: 2, index: 3},
      {type: 'proposalPol', height: 1n, proposalPolRound: 0, proposalPol: bitArrayFrom(4, () => true)},
    ];
    expect(valid.map(validateConsensusMessageBasic)).toEqual(valid.map(() => undefined));
    const invalid: ConsensusMessage[] = [
      {type: 'proposal', proposal: exampleProposal({polRound: -2})},
      {type: 'vote', vote: exampleVote({round: -1})},
      {type: 'blockPart', height: -1n, round: 0, part},
      {type: 'blockPart', height: 1n, round: 0, part: {...part, index: 5}},
      {type: 'newValidBlock', height: 1n, round: 0, blockPartSetHeader: header, blockParts: bitArrayFrom(2, () => true), isCommit: true},
      {type: 'newValidBlock', height: 1n, round: 0, blockPartSetHeader: header, blockParts: bitArrayFrom(0, () => true), isCommit: true},
      {type: 'voteSetMaj23', height: 1n, round: -1, voteType: 1, blockId: exampleBlockId()},
      {type: 'voteSetBits', height: 1n, round: 0, voteType: 1, blockId: exampleBlockId(), votes: {bits: 70, elems: [0n]}},
      {type: 'hasVote', height: 1n, round: 0, voteType: 2, index: -1},
      {type: 'newRoundStep', height: 1n, round: 0, step: 1, secondsSinceStartTime: 0n, lastCommitRound: -2},
    ];
    for (const message of invalid) expect(validateConsensusMessageBasic(message)).toEqual(expect.any(String));
  });
});

describe('write-ahead log records', () => {
  const messages: readonly WalMessage[] = [
    {type: 'message', peer: '', message: {type: 'vote', vote: exampleVote()}},
    {type: 'message', peer: '12D3KooWpeer', message: {type: 'proposal', proposal: exampleProposal()}},
    {type: 'timeout', durationNs: 3_500_000_000n, height: 7n, round: 1, step: RoundStep.PrevoteWait},
    {type: 'endHeight', height: 0n},
    {type: 'endHeight', height: 2n ** 40n},
  ];

  it.each(messages.map((message) => [message.type, message] as const))('%s comes back', (_type, message) => {
    const record = {time: EXAMPLE_TIME, message};
    expect(decodeWalMessage(encodeWalMessage(record))).toEqual(record);
  });

  it('a torn record is refused', () => {
    const bytes = encodeWalMessage({time: EXAMPLE_TIME, message: messages[0] as WalMessage});
    expect(() => decodeWalMessage(bytes.slice(0, -1))).toThrow(DecodeError);
    expect(() => decodeWalMessage(new Uint8Array(0))).toThrow(DecodeError);
  });
});

describe('bit arrays', () => {
  it('count from the lowest bit of the first word', () => {
    const array = bitArrayFrom(130, (i) => i === 0 || i === 64 || i === 129);
    expect(array).toEqual({bits: 130, elems: [1n, 1n, 2n]});
    expect(bitArrayIndexes(array)).toEqual([0, 64, 129]);
    expect([bitArrayHas(array, 129), bitArrayHas(array, 130), bitArrayHas(array, -1), bitArrayHas(array, 1)]).toEqual([true, false, false, false]);
  });
});
