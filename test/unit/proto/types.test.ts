import {describe, expect, it} from '@jest/globals';
import {
  blockIdEquals,
  blockIdKey,
  blockToPartSet,
  commitHash,
  consensusParamsHash,
  dataHash,
  DecodeError,
  decodeBlock,
  decodeBlockMeta,
  decodeCommit,
  decodeConsensusParams,
  decodeEvidence,
  decodeExecTxResult,
  decodeHeader,
  decodeLightBlock,
  decodePart,
  decodeProposal,
  decodeTimestamp,
  decodeValidator,
  decodeValidatorSet,
  decodeVote,
  DEFAULT_CONSENSUS_PARAMS,
  encodeBlock,
  encodeBlockMeta,
  encodeCommit,
  encodeCommitSig,
  encodeConsensusParams,
  encodeEvidence,
  encodeExecTxResult,
  encodeHeader,
  encodeLightBlock,
  encodePart,
  encodeProposal,
  encodeTimestamp,
  encodeValidator,
  encodeValidatorSet,
  encodeVote,
  evidenceHash,
  evidenceId,
  headerHash,
  isCompleteBlockId,
  isNilBlockId,
  lastResultsHash,
  makePartSet,
  merkleRoot,
  NIL_BLOCK_ID,
  PartSet,
  sha256,
  toHex,
  toHexUpper,
  utf8,
  ZERO_TIME,
  type ExecTxResult,
  type LightBlock,
  type Part,
} from '#proto';
import {EXAMPLE_TIME} from './comet_json.ts';
import {
  exampleBlock,
  exampleBlockId,
  exampleCommit,
  exampleDuplicateVote,
  exampleHeader,
  exampleLightClientAttack,
  exampleProposal,
  exampleValidator,
  exampleValidatorSet,
  exampleVote,
  hashOf,
} from './examples.ts';

const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const lightBlock: LightBlock = {signedHeader: {header: exampleHeader(), commit: exampleCommit()}, validatorSet: exampleValidatorSet()};
const result: ExecTxResult = {code: 1, data: utf8('reverted'), gasWanted: 21_000n, gasUsed: 20_000n, log: 'out of gas', codespace: 'evm'};

describe('encode and decode', () => {
  it.each([
    ['header', () => decodeHeader(encodeHeader(exampleHeader())), exampleHeader()],
    ['commit', () => decodeCommit(encodeCommit(exampleCommit())), exampleCommit()],
    ['vote', () => decodeVote(encodeVote(exampleVote())), exampleVote()],
    ['nil vote', () => decodeVote(encodeVote(exampleVote({blockId: NIL_BLOCK_ID}))), exampleVote({blockId: NIL_BLOCK_ID})],
    ['proposal', () => decodeProposal(encodeProposal(exampleProposal())), exampleProposal()],
    ['validator', () => decodeValidator(encodeValidator(exampleValidator('a'))), exampleValidator('a')],
    ['validator set', () => decodeValidatorSet(encodeValidatorSet(exampleValidatorSet())), exampleValidatorSet()],
    ['duplicate vote', () => decodeEvidence(encodeEvidence(exampleDuplicateVote())), exampleDuplicateVote()],
    ['light client attack', () => decodeEvidence(encodeEvidence(exampleLightClientAttack())), exampleLightClientAttack()],
    ['light block', () => decodeLightBlock(encodeLightBlock(lightBlock)), lightBlock],
    ['block', () => decodeBlock(encodeBlock(exampleBlock())), exampleBlock()],
    ['consensus params', () => decodeConsensusParams(encodeConsensusParams(DEFAULT_CONSENSUS_PARAMS)), DEFAULT_CONSENSUS_PARAMS],
    ['transaction result', () => decodeExecTxResult(encodeExecTxResult(result)), result],
    ['time before 1970', () => decodeTimestamp(encodeTimestamp(ZERO_TIME)), ZERO_TIME],
  ])('%s comes back', (_name, roundTrip: () => unknown, value: unknown) => {
    expect(roundTrip()).toEqual(value);
  });

  it('block meta and part come back', () => {
    const {partSet, blockId, size} = blockToPartSet(exampleBlock());
    const meta = {blockId, blockSize: BigInt(size), header: exampleHeader(), numTxs: 3n};
    expect(decodeBlockMeta(encodeBlockMeta(meta))).toEqual(meta);
    const part = partSet.part(0) as Part;
    expect(decodePart(encodePart(part))).toEqual(part);
  });

  it('what lacks a part is refused', () => {
    expect(() => decodeBlock(new Uint8Array(0))).toThrow('no last commit');
    expect(() => decodeVote(new Uint8Array(0))).toThrow('vote of type 0');
    expect(() => decodeProposal(new Uint8Array(0))).toThrow('proposal of type 0');
    expect(() => decodeEvidence(new Uint8Array(0))).toThrow('evidence of no known type');
    expect(() => decodeEvidence(Uint8Array.of(0x0a, 0))).toThrow('no vote');
    expect(() => decodeValidator(new Uint8Array(0))).toThrow('public key of type none');
    expect(() => decodeValidatorSet(new Uint8Array(0))).toThrow('no proposer');
    expect(() => decodeLightBlock(new Uint8Array(0))).toThrow('no signed header');
    expect(() => decodeCommit(Uint8Array.of(0x22, 0))).toThrow('commit signature with flag 0');
    expect(() => decodeBlock(encodeBlock(exampleBlock()), 100)).toThrow(/limit 100/);
    expect(() => decodeBlock(encodeBlock(exampleBlock()).slice(0, -1))).toThrow(DecodeError);
  });
});

describe('sizes that CometBFT states (types/block_test.go, TestMaxCommitBytes, TestMaxHeaderBytes)', () => {
  const latest = {seconds: 253402300799n, nanos: 999_999_999};

  it('the longest commit signature has 109 bytes, a commit 94 and 111 per signature', () => {
    // Go's test uses a year outside protobuf's range, whose seconds take ten bytes instead of six.
    const signature = {blockIdFlag: 3, validatorAddress: hashOf('a').slice(0, 20), timestamp: latest, signature: new Uint8Array(64)} as const;
    const timestampBytes = encodeTimestamp(latest).length;
    expect(encodeCommitSig(signature).length - timestampBytes + 17).toBe(109);
    const blockId = {hash: hashOf('h'), partSetHeader: {total: 2 ** 31 - 1, hash: hashOf('p')}};
    const commit = {height: 2n ** 63n - 1n, round: 2 ** 31 - 1, blockId, signatures: [signature, signature]};
    expect(encodeCommit(commit).length - 2 * (2 + encodeCommitSig(signature).length)).toBe(94);
  });

  it('the longest header has 626 bytes', () => {
    const header = exampleHeader({
      version: {block: 2n ** 63n - 1n, app: 2n ** 63n - 1n},
      chainId: '𠜎'.repeat(50),
      height: 2n ** 63n - 1n,
      time: latest,
      lastBlockId: {hash: new Uint8Array(32), partSetHeader: {total: 2 ** 31 - 1, hash: new Uint8Array(32)}},
    });
    expect(encodeHeader(header).length - encodeTimestamp(latest).length + 17).toBe(626);
  });
});

describe('hashes', () => {
  it('the header of TestHeaderHash', () => {
    const header = exampleHeader({version: {block: 1n, app: 2n}});
    expect(toHexUpper(headerHash(header))).toBe('F740121F553B5418C3EFBD343C2DBFE9E007BB67B0D020A0741374BAB65242A4');
    expect(headerHash(exampleHeader({validatorsHash: new Uint8Array(0)}))).toEqual(new Uint8Array(0));
  });

  it('of nothing', () => {
    expect(toHex(dataHash([]))).toBe(EMPTY_HASH);
    expect(toHex(evidenceHash([]))).toBe(EMPTY_HASH);
    expect(toHex(lastResultsHash([]))).toBe(EMPTY_HASH);
    expect(toHex(commitHash({height: 0n, round: 0, blockId: NIL_BLOCK_ID, signatures: []}))).toBe(EMPTY_HASH);
  });

  it('results: log and codespace do not count, everything else does', () => {
    const hash = toHex(lastResultsHash([result]));
    expect(toHex(lastResultsHash([{...result, log: 'x', codespace: 'y'}]))).toBe(hash);
    // Fields 1, 2, 5 and 6 of ExecTxResult.
    expect(hash).toBe(toHex(merkleRoot([Uint8Array.from([8, 1, 18, 8, ...utf8('reverted'), 40, 0x88, 0xa4, 1, 48, 0xa0, 0x9c, 1])])));
    for (const change of [{code: 0}, {data: new Uint8Array(0)}, {gasWanted: 1n}, {gasUsed: 1n}]) {
      expect(toHex(lastResultsHash([{...result, ...change}]))).not.toBe(hash);
    }
  });

  it('consensus parameters: CometBFT\'s defaults', () => {
    expect(toHexUpper(consensusParamsHash(DEFAULT_CONSENSUS_PARAMS))).toBe('048091BC7DDC283F77BFBF91D73C44DA58C3DF8A9CBC867405D8B7F3DAADA22F');
  });

  it('evidence of a light-client attack is known by header and common height only', () => {
    const attack = exampleLightClientAttack();
    if (attack.type !== 'lightClientAttack') throw new Error('not an attack');
    const id = toHex(evidenceId(attack));
    expect(toHex(evidenceId({...attack, totalVotingPower: 1n, byzantineValidators: []}))).toBe(id);
    expect(toHex(evidenceId({...attack, commonHeight: 3n}))).not.toBe(id);
    const hash = headerHash(attack.conflictingBlock.signedHeader.header);
    expect(id).toBe(toHex(sha256(Uint8Array.from([...hash.subarray(0, 31), 0, 4]))));
    expect(toHex(evidenceHash([attack]))).not.toBe(toHex(evidenceHash([{...attack, totalVotingPower: 1n}])));
  });
});

describe('block ids', () => {
  it('are nil, complete or neither', () => {
    expect([isNilBlockId(NIL_BLOCK_ID), isCompleteBlockId(NIL_BLOCK_ID)]).toEqual([true, false]);
    expect([isNilBlockId(exampleBlockId()), isCompleteBlockId(exampleBlockId())]).toEqual([false, true]);
    const half = {hash: new Uint8Array(0), partSetHeader: exampleBlockId().partSetHeader};
    expect([isNilBlockId(half), isCompleteBlockId(half)]).toEqual([false, false]);
  });

  it('have equal keys when they are equal', () => {
    expect(blockIdEquals(exampleBlockId('hash', 2), exampleBlockId('hash', 2))).toBe(true);
    expect(blockIdKey(exampleBlockId('hash', 2))).toBe(blockIdKey(exampleBlockId('hash', 2)));
    for (const other of [exampleBlockId('different', 2), exampleBlockId('hash', 3), NIL_BLOCK_ID]) {
      expect(blockIdEquals(exampleBlockId('hash', 2), other)).toBe(false);
      expect(blockIdKey(exampleBlockId('hash', 2))).not.toBe(blockIdKey(other));
    }
  });
});

describe('part sets', () => {
  const bytes = Uint8Array.from({length: 65536 * 3 + 10}, (_, i) => (i * 31) & 255);

  it('come together in any order, once each', () => {
    const full = makePartSet(bytes);
    expect([full.total, full.isComplete(), full.byteSize]).toEqual([4, true, bytes.length]);
    const empty = new PartSet(full.header);
    expect(() => empty.assemble()).toThrow('0 of 4 parts');
    for (const index of [2, 0, 3]) expect(empty.addPart(full.part(index) as Part)).toBe('added');
    expect(empty.addPart(full.part(0) as Part)).toBe('duplicate');
    expect([empty.isComplete(), empty.count, empty.has(1), empty.has(2)]).toEqual([false, 3, false, true]);
    expect(empty.addPart(full.part(1) as Part)).toBe('added');
    expect(empty.assemble()).toEqual(bytes);
    expect(new PartSet(full.header).header.hash).toEqual(full.header.hash);
  });

  it('take no part that the header does not prove', () => {
    const full = makePartSet(bytes);
    const part = full.part(1) as Part;
    const empty = new PartSet(full.header);
    const other = makePartSet(utf8('other')).part(0) as Part;
    expect(empty.addPart({...part, index: 4})).toBe('invalid');
    expect(empty.addPart({...part, index: -1})).toBe('invalid');
    expect(empty.addPart({...part, index: 2})).toBe('invalid');
    expect(empty.addPart({...part, bytes: utf8('wrong')})).toBe('invalid');
    expect(empty.addPart({...part, bytes: new Uint8Array(65537)})).toBe('invalid');
    expect(empty.addPart({...part, proof: {...part.proof, aunts: []}})).toBe('invalid');
    expect(empty.addPart({...part, proof: {...part.proof, total: 5n}})).toBe('invalid');
    expect(empty.addPart(other)).toBe('invalid');
    expect(empty.count).toBe(0);
  });

  it('are bounded by what their header may claim', () => {
    expect(() => new PartSet({total: 2 ** 32 - 1, hash: new Uint8Array(32)})).toThrow(RangeError);
    expect(() => new PartSet({total: 5, hash: new Uint8Array(32)}, 4)).toThrow('limit 4');
  });

  it('of an example block give the block back', () => {
    const block = exampleBlock();
    const {partSet, blockId} = blockToPartSet(block);
    expect(decodeBlock(partSet.assemble())).toEqual(block);
    expect(blockId).toEqual({hash: headerHash(block.header), partSetHeader: partSet.header});
  });
});

describe('examples', () => {
  it('have the time of CometBFT\'s example vote', () => {
    expect(EXAMPLE_TIME).toEqual({seconds: 1514170801n, nanos: 234_000_000});
  });
});
