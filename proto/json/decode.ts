/**
 * CometBFT's JSON to the chain's types, for what comes from another node's RPC. Strict about every member that is read; what the values
 * mean is for `validate.ts` and for whoever verifies. Every function throws JsonError.
 */
import {isCompleteBlockId} from '../block_id.ts';
import {compareBytes, EMPTY_BYTES, fromBase64, fromHex} from '../bytes.ts';
import {publicKeyFrom} from '../genesis.ts';
import {ADDRESS_BYTES, BLOCK_EVIDENCE_MAX, BLOCK_TXS_MAX, HASH_BYTES, MERKLE_AUNTS_MAX, SIGNATURE_BYTES_MAX, TOTAL_VOTING_POWER_MAX, VALIDATORS_MAX} from '../limits.ts';
import {timestampFromRfc3339} from '../timestamp.ts';
import type {Block, BlockID, BlockIDFlag, Commit, CommitSig, Evidence, ExecTxResult, Header, LightBlock, MerkleProof, SignedHeader, Validator, ValidatorSet, Vote, VoteType} from '../types.ts';
import {DUPLICATE_VOTE_JSON_TYPE, LIGHT_CLIENT_ATTACK_JSON_TYPE} from './encode.ts';
import {JsonError, JsonReader} from './reader.ts';

const UINT32_MAX = 0xffff_ffff;
const INT32_MAX = 0x7fff_ffff;

export function headerFromJson(value: unknown): Header {
  return headerFrom(JsonReader.root(value));
}

export function commitFromJson(value: unknown): Commit {
  return commitFrom(JsonReader.root(value));
}

export function signedHeaderFromJson(value: unknown): SignedHeader {
  return signedHeaderFrom(JsonReader.root(value));
}

export function validatorFromJson(value: unknown): Validator {
  return validatorFrom(JsonReader.root(value));
}

export function lightBlockFromJson(value: unknown): LightBlock {
  return lightBlockFrom(JsonReader.root(value));
}

export function voteFromJson(value: unknown): Vote {
  return voteFrom(JsonReader.root(value));
}

export function blockIdFromJson(value: unknown): BlockID {
  return blockIdFrom(JsonReader.root(value));
}

export function blockFromJson(value: unknown): Block {
  const block = JsonReader.root(value);
  const txs = block.object('data').strings('txs', BLOCK_TXS_MAX);
  return {
    header: headerFrom(block.object('header')),
    txs: txs.map((tx, i) => base64At(tx, block.at(`data.txs[${i}]`))),
    evidence: block.object('evidence').objects('evidence', BLOCK_EVIDENCE_MAX).map(evidenceFrom),
    lastCommit: commitFrom(block.object('last_commit')),
  };
}

/** Only what a header commits to, and the texts; events are not read. */
export function execTxResultFromJson(value: unknown): ExecTxResult {
  const result = JsonReader.root(value);
  return {
    code: result.integer('code', 0, UINT32_MAX),
    data: result.has('data') ? result.convert('data', fromBase64) : EMPTY_BYTES,
    gasWanted: result.int64('gas_wanted'),
    gasUsed: result.int64('gas_used'),
    log: result.has('log') ? result.string('log') : '',
    codespace: result.has('codespace') ? result.string('codespace') : '',
  };
}

export function merkleProofFromJson(value: unknown): MerkleProof {
  const proof = JsonReader.root(value);
  return {
    total: proof.int64('total'),
    index: proof.int64('index'),
    leafHash: proof.convert('leaf_hash', fromBase64),
    aunts: proof.strings('aunts', MERKLE_AUNTS_MAX).map((aunt, i) => base64At(aunt, proof.at(`aunts[${i}]`))),
  };
}

function headerFrom(header: JsonReader): Header {
  const version = header.object('version');
  return {
    version: {block: version.has('block') ? version.uint64('block') : 0n, app: version.has('app') ? version.uint64('app') : 0n},
    chainId: header.string('chain_id'),
    height: header.int64('height'),
    time: header.convert('time', timestampFromRfc3339),
    lastBlockId: blockIdFrom(header.object('last_block_id')),
    lastCommitHash: hashOf(header, 'last_commit_hash'),
    dataHash: hashOf(header, 'data_hash'),
    validatorsHash: hashOf(header, 'validators_hash'),
    nextValidatorsHash: hashOf(header, 'next_validators_hash'),
    consensusHash: hashOf(header, 'consensus_hash'),
    // The application's own affair: of any length.
    appHash: header.convert('app_hash', fromHex),
    lastResultsHash: hashOf(header, 'last_results_hash'),
    evidenceHash: hashOf(header, 'evidence_hash'),
    proposerAddress: bytesOf(header, 'proposer_address', ADDRESS_BYTES),
  };
}

function blockIdFrom(blockId: JsonReader): BlockID {
  const parts = blockId.object('parts');
  return {hash: hashOf(blockId, 'hash'), partSetHeader: {total: parts.integer('total', 0, UINT32_MAX), hash: hashOf(parts, 'hash')}};
}

function commitFrom(commit: JsonReader): Commit {
  return {
    height: commit.int64('height'),
    round: commit.integer('round', 0, INT32_MAX),
    blockId: blockIdFrom(commit.object('block_id')),
    signatures: commit.objects('signatures', VALIDATORS_MAX).map(commitSigFrom),
  };
}

function commitSigFrom(signature: JsonReader): CommitSig {
  return {
    blockIdFlag: signature.integer('block_id_flag', 1, 3) as BlockIDFlag,
    validatorAddress: bytesOf(signature, 'validator_address', ADDRESS_BYTES),
    timestamp: signature.convert('timestamp', timestampFromRfc3339),
    signature: signatureOf(signature),
  };
}

function signedHeaderFrom(signedHeader: JsonReader): SignedHeader {
  return {header: headerFrom(signedHeader.object('header')), commit: commitFrom(signedHeader.object('commit'))};
}

function validatorFrom(validator: JsonReader): Validator {
  return {
    address: bytesOf(validator, 'address', ADDRESS_BYTES),
    publicKey: publicKeyFrom(validator.object('pub_key')),
    votingPower: validator.int64('voting_power'),
    proposerPriority: validator.has('proposer_priority') ? validator.int64('proposer_priority') : 0n,
  };
}

function lightBlockFrom(block: JsonReader): LightBlock {
  const set = block.object('validator_set');
  const validators = set.objects('validators', VALIDATORS_MAX).map(validatorFrom);
  return {
    signedHeader: signedHeaderFrom(block.object('signed_header')),
    validatorSet: validatorSetOf(validators, set.at('validators'), set.has('proposer') ? validatorFrom(set.object('proposer')) : undefined),
  };
}

/**
 * A set as a light client sees it: in the order given, which the header's hash fixes. The proposer is not hashed; without a stated one
 * it is the validator with the highest priority (CometBFT ValidatorSetFromExistingValidators).
 */
export function validatorSetOf(validators: readonly Validator[], path: string, stated?: Validator): ValidatorSet {
  let totalVotingPower = 0n;
  let proposer = validators[0];
  if (proposer === undefined) throw new JsonError(path, 'no validators');
  for (const validator of validators) {
    if (validator.votingPower < 0n) throw new JsonError(path, 'negative voting power');
    totalVotingPower += validator.votingPower;
    if (totalVotingPower > TOTAL_VOTING_POWER_MAX) throw new JsonError(path, `total voting power above ${TOTAL_VOTING_POWER_MAX}`);
    const order = validator.proposerPriority - proposer.proposerPriority;
    if (order > 0n || (order === 0n && compareBytes(validator.address, proposer.address) < 0)) proposer = validator;
  }
  return {validators, proposer: stated ?? proposer, totalVotingPower};
}

function voteFrom(vote: JsonReader): Vote {
  const blockId = vote.has('block_id') ? blockIdFrom(vote.object('block_id')) : {hash: EMPTY_BYTES, partSetHeader: {total: 0, hash: EMPTY_BYTES}};
  const isNil = blockId.hash.length === 0 && blockId.partSetHeader.total === 0;
  if (!isNil && !isCompleteBlockId(blockId)) throw new JsonError(vote.at('block_id'), 'is neither nil nor complete');
  return {
    type: vote.integer('type', 1, 2) as VoteType,
    height: vote.int64('height'),
    round: vote.integer('round', 0, INT32_MAX),
    blockId,
    timestamp: vote.convert('timestamp', timestampFromRfc3339),
    validatorAddress: bytesOf(vote, 'validator_address', ADDRESS_BYTES),
    validatorIndex: vote.integer('validator_index', 0, INT32_MAX),
    signature: signatureOf(vote),
  };
}

/**
 * Evidence in Go's cmtjson: `{type, value}`. Members without a JSON name in Go's structs keep their Go names (CometBFT types/evidence.go);
 * tendermint-rs and what it recorded write them in snake case, so both are read. What it returns still has to pass `validateEvidenceBasic`.
 */
export function evidenceFromJson(value: unknown): Evidence {
  return evidenceFrom(JsonReader.root(value));
}

function evidenceFrom(evidence: JsonReader): Evidence {
  const type = evidence.string('type');
  const value = evidence.object('value');
  const either = (name: string, alias: string): string => (value.has(name) || !value.has(alias) ? name : alias);
  const common = {
    totalVotingPower: value.int64(either('TotalVotingPower', 'total_voting_power')),
    timestamp: value.convert(either('Timestamp', 'timestamp'), timestampFromRfc3339),
  };
  if (type === DUPLICATE_VOTE_JSON_TYPE) {
    return {
      type: 'duplicateVote',
      voteA: voteFrom(value.object('vote_a')),
      voteB: voteFrom(value.object('vote_b')),
      validatorPower: value.int64(either('ValidatorPower', 'validator_power')),
      ...common,
    };
  }
  if (type === LIGHT_CLIENT_ATTACK_JSON_TYPE) {
    return {
      type: 'lightClientAttack',
      conflictingBlock: lightBlockFrom(value.object(either('ConflictingBlock', 'conflicting_block'))),
      commonHeight: value.int64(either('CommonHeight', 'common_height')),
      byzantineValidators: value.objects(either('ByzantineValidators', 'byzantine_validators'), VALIDATORS_MAX).map(validatorFrom),
      ...common,
    };
  }
  throw new JsonError(evidence.at('type'), `${JSON.stringify(type.slice(0, 64))} is not ${DUPLICATE_VOTE_JSON_TYPE} or ${LIGHT_CLIENT_ATTACK_JSON_TYPE}`);
}

function hashOf(reader: JsonReader, name: string): Uint8Array {
  return bytesOf(reader, name, HASH_BYTES);
}

/** Hex of exactly `length` bytes, or nothing. */
function bytesOf(reader: JsonReader, name: string, length: number): Uint8Array {
  const bytes = reader.convert(name, fromHex);
  if (bytes.length !== 0 && bytes.length !== length) throw new JsonError(reader.at(name), `${bytes.length} bytes, not ${length}`);
  return bytes;
}

function signatureOf(reader: JsonReader): Uint8Array {
  const bytes = reader.has('signature') ? reader.convert('signature', fromBase64) : EMPTY_BYTES;
  if (bytes.length > SIGNATURE_BYTES_MAX) throw new JsonError(reader.at('signature'), `${bytes.length} bytes, limit ${SIGNATURE_BYTES_MAX}`);
  return bytes;
}

function base64At(text: string, path: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (error) {
    throw new JsonError(path, (error as Error).message);
  }
}
