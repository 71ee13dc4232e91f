import {describe, expect, it} from '@jest/globals';
import {
  addressOf,
  blockIdEquals,
  blockToPartSet,
  commitHash,
  consensusParamsHash,
  dataHash,
  decodeBlock,
  encodeBlock,
  equalBytes,
  evidenceHash,
  fromBase64,
  genesisFromJson,
  headerHash,
  merkleRoot,
  toHexUpper,
  txHash,
  validateBlockBasic,
  validateLightBlockBasic,
  validatorSetHash,
  verifyMerkleProof,
  verifySignature,
  voteSignBytes,
  BlockIDFlag,
  type Commit,
  type Validator,
} from '#proto';
import {
  blockFromJson,
  blockIdFromJson,
  commitFromJson,
  evidenceFromJson,
  headerFromJson,
  proofFromJson,
  readVector,
  rpcResult,
  validatorSetFromJson,
} from './comet_json.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** The indexes of signatures that do not verify. */
function invalidSignatures(chainId: string, commit: Commit, validators: readonly Validator[]): number[] {
  return commit.signatures.flatMap((signature, i) => {
    const validator = validators[i];
    if (signature.blockIdFlag === BlockIDFlag.Absent || validator === undefined) return [];
    const bytes = voteSignBytes(chainId, {
      type: 2,
      height: commit.height,
      round: commit.round,
      blockId: signature.blockIdFlag === BlockIDFlag.Commit ? commit.blockId : {hash: new Uint8Array(0), partSetHeader: {total: 0, hash: new Uint8Array(0)}},
      timestamp: signature.timestamp,
    });
    return verifySignature(validator.publicKey.bytes, bytes, signature.signature) ? [] : [i];
  });
}

describe('blocks recorded from CometBFT 0.38', () => {
  it('hashes the header with a known hash', () => {
    const header = headerFromJson(readVector('header_with_known_hash.json'));
    expect(toHexUpper(headerHash(header))).toBe('F30A71F2409FB15AACAEDB6CC122DFA2525BEE9CAE521721B06BFDCA291B8D56');
  });

  it.each(['block_at_height_1', 'block_at_height_10', 'block_by_hash'])('%s: block id, part set and all hashes of the header', (name) => {
    const {block: json, block_id: id} = rpcResult(name);
    const block = blockFromJson(json);
    const {blockId, partSet, size} = blockToPartSet(block);
    expect(blockIdEquals(blockId, blockIdFromJson(id))).toBe(true);
    expect(decodeBlock(partSet.assemble())).toEqual(block);
    expect(size).toBe(encodeBlock(block).length);
    expect(commitHash(block.lastCommit)).toEqual(block.header.lastCommitHash);
    expect(dataHash(block.txs)).toEqual(block.header.dataHash);
    expect(evidenceHash(block.evidence)).toEqual(block.header.evidenceHash);
    expect(validateBlockBasic(block)).toBeUndefined();
  });

  it('a block with duplicate-vote evidence', () => {
    const {block: json, block_id: id} = rpcResult('block_search_evidence').blocks[0];
    const block = blockFromJson(json);
    expect(block.evidence).toHaveLength(1);
    expect(evidenceHash([evidenceFromJson(json.evidence.evidence[0])])).toEqual(block.header.evidenceHash);
    expect(blockIdEquals(blockToPartSet(block).blockId, blockIdFromJson(id))).toBe(true);
    expect(decodeBlock(encodeBlock(block))).toEqual(block);
    expect(validateBlockBasic(block)).toBeUndefined();
  });

  it('ten headers that name each other', () => {
    const metas: Json[] = rpcResult('blockchain_from_1_to_10').block_metas;
    expect(metas).toHaveLength(10);
    const blocks = ['block_at_height_1', 'block_at_height_10'].map((name) => blockFromJson(rpcResult(name).block));
    metas.forEach((meta, i) => {
      const header = headerFromJson(meta.header);
      expect(toHexUpper(headerHash(header))).toBe(meta.block_id.hash);
      const previous = metas[i + 1];
      // Two of them are recorded whole, so that their sizes can be compared.
      const whole = blocks.find((block) => block.header.height === header.height);
      if (whole !== undefined) expect(encodeBlock(whole).length).toBe(Number(meta.block_size));
      if (previous !== undefined) expect(blockIdEquals(header.lastBlockId, blockIdFromJson(previous.block_id))).toBe(true);
    });
  });

  it('validators hash, consensus hash and commit signatures follow from the genesis document', () => {
    const genesis = genesisFromJson(rpcResult('genesis').genesis);
    const {header: headerJson, commit: commitJson} = rpcResult('commit_at_height_10').signed_header;
    const header = headerFromJson(headerJson);
    const commit = commitFromJson(commitJson);
    const validators = genesis.validators.map(({address, publicKey, power}) => ({address, publicKey, votingPower: power, proposerPriority: 0n}));
    expect(validatorSetHash(validators)).toEqual(header.validatorsHash);
    expect(consensusParamsHash(genesis.consensusParams)).toEqual(header.consensusHash);
    expect(commit.signatures).toHaveLength(1);
    expect(invalidSignatures(header.chainId, commit, validators)).toEqual([]);
    expect(invalidSignatures('another-chain', commit, validators)).toEqual([0]);
    expect(headerHash(header)).toEqual(commit.blockId.hash);
  });

  it('proofs of transactions', () => {
    const txs: Json[] = rpcResult('tx_search_with_prove').txs;
    expect(txs.length).toBeGreaterThan(5);
    for (const json of txs) {
      const tx = fromBase64(json.tx);
      expect(toHexUpper(txHash(tx))).toBe(json.hash);
      const root = dataHash([tx]);
      expect(toHexUpper(root)).toBe(json.proof.root_hash);
      expect(verifyMerkleProof(proofFromJson(json.proof.proof), root, txHash(tx))).toBe(true);
      expect(verifyMerkleProof(proofFromJson(json.proof.proof), root, tx)).toBe(false);
      expect(root).toEqual(merkleRoot([txHash(tx)]));
    }
  });
});

describe('light-client scenarios', () => {
  const scenarios = [
    'MC10_3_faulty_TestFailure',
    'MC10_3_faulty_TestValsetDoubles',
    'MC4_4_faulty_TestHalfValsetChangesVerdictSuccess',
    'MC4_4_faulty_TestHeaderNotWithinTrustingPeriod',
  ];

  it.each(scenarios)('%s: header hashes, validator set hashes and every signature', (name) => {
    const {initial, input} = readVector(`light-client/${name}.json`);
    let valid = 0;
    for (const {block, verdict} of input as Json[]) {
      const header = headerFromJson(block.signed_header.header);
      const commit = commitFromJson(block.signed_header.commit);
      const set = validatorSetFromJson(block.validator_set);
      expect(headerHash(header)).toEqual(commit.blockId.hash);
      expect(validatorSetHash(set.validators)).toEqual(header.validatorsHash);
      expect(set.validators.every((validator) => equalBytes(addressOf(validator.publicKey.bytes), validator.address))).toBe(true);
      // These commits hold only those who signed, and some who are not of the set.
      const known = commit.signatures.flatMap((signature) => {
        const signer = set.validators.find((validator) => equalBytes(validator.address, signature.validatorAddress));
        return signer === undefined ? [] : [{signer, signature}];
      });
      const ofTheSet = {...commit, signatures: known.map(({signature}) => signature)};
      const signers = known.map(({signer}) => signer);
      expect(invalidSignatures(header.chainId, ofTheSet, signers)).toEqual([]);
      valid += signers.length;
      if (verdict === 'SUCCESS') {
        expect(validateLightBlockBasic({signedHeader: {header, commit}, validatorSet: set}, header.chainId)).toBeUndefined();
      }
    }
    expect(valid).toBeGreaterThan(0);
    expect(headerHash(headerFromJson(initial.signed_header.header))).toEqual(commitFromJson(initial.signed_header.commit).blockId.hash);
    expect(validatorSetHash(validatorSetFromJson(initial.next_validator_set).validators)).toEqual(
      headerFromJson(initial.signed_header.header).nextValidatorsHash,
    );
  });
});
