/** CometBFT's JSON (RPC responses, light-client scenarios) to our types. */
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {
  BlockIDFlag,
  compareBytes,
  fromBase64,
  fromHex,
  timestampFromRfc3339,
  ZERO_TIME,
  type Block,
  type BlockID,
  type Commit,
  type Evidence,
  type Header,
  type MerkleProof,
  type Timestamp,
  type Validator,
  type ValidatorSet,
  type Vote,
  type VoteType,
} from '#proto';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

const DATA = new URL('../../conformance/data/tendermint/', import.meta.url);

export function readVector(path: string): Json {
  return JSON.parse(readFileSync(fileURLToPath(new URL(path, DATA)), 'utf8'));
}

export function rpcResult(name: string): Json {
  return readVector(`rpc-v0_38/incoming/${name}.json`).result;
}

export function blockIdFromJson(json: Json): BlockID {
  const parts = json?.parts ?? json?.part_set_header ?? {total: 0, hash: ''};
  return {hash: fromHex(json?.hash ?? ''), partSetHeader: {total: parts.total, hash: fromHex(parts.hash)}};
}

export function headerFromJson(json: Json): Header {
  return {
    version: {block: BigInt(json.version.block), app: BigInt(json.version.app ?? 0)},
    chainId: json.chain_id,
    height: BigInt(json.height),
    time: timestampFromRfc3339(json.time),
    lastBlockId: blockIdFromJson(json.last_block_id),
    lastCommitHash: fromHex(json.last_commit_hash),
    dataHash: fromHex(json.data_hash),
    validatorsHash: fromHex(json.validators_hash),
    nextValidatorsHash: fromHex(json.next_validators_hash),
    consensusHash: fromHex(json.consensus_hash),
    appHash: fromHex(json.app_hash),
    lastResultsHash: fromHex(json.last_results_hash),
    evidenceHash: fromHex(json.evidence_hash),
    proposerAddress: fromHex(json.proposer_address),
  };
}

export function commitFromJson(json: Json): Commit {
  return {
    height: BigInt(json.height),
    round: json.round,
    blockId: blockIdFromJson(json.block_id),
    signatures: (json.signatures ?? []).map((signature: Json) => ({
      blockIdFlag: signature.block_id_flag as BlockIDFlag,
      validatorAddress: fromHex(signature.validator_address ?? ''),
      // Scenarios made by tendermint-rs give an absent signature the time 1970; in Go it is the zero time.
      timestamp: signature.block_id_flag === BlockIDFlag.Absent ? ZERO_TIME : timestampFromRfc3339(signature.timestamp),
      signature: fromBase64(signature.signature ?? ''),
    })),
  };
}

export function voteFromJson(json: Json): Vote {
  return {
    type: json.type as VoteType,
    height: BigInt(json.height),
    round: json.round,
    blockId: blockIdFromJson(json.block_id),
    timestamp: timestampFromRfc3339(json.timestamp),
    validatorAddress: fromHex(json.validator_address),
    validatorIndex: json.validator_index,
    signature: fromBase64(json.signature),
  };
}

export function evidenceFromJson(json: Json): Evidence {
  const {value} = json;
  if (json.type !== 'tendermint/DuplicateVoteEvidence') throw new Error(`evidence of type ${json.type}`);
  return {
    type: 'duplicateVote',
    voteA: voteFromJson(value.vote_a),
    voteB: voteFromJson(value.vote_b),
    totalVotingPower: BigInt(value.total_voting_power),
    validatorPower: BigInt(value.validator_power),
    timestamp: timestampFromRfc3339(value.timestamp),
  };
}

export function blockFromJson(json: Json): Block {
  return {
    header: headerFromJson(json.header),
    txs: json.data.txs.map(fromBase64),
    evidence: json.evidence.evidence.map(evidenceFromJson),
    lastCommit: commitFromJson(json.last_commit),
  };
}

export function validatorFromJson(json: Json): Validator {
  return {
    address: fromHex(json.address),
    publicKey: {type: 'ed25519', bytes: fromBase64(json.pub_key.value)},
    votingPower: BigInt(json.voting_power ?? json.power),
    proposerPriority: BigInt(json.proposer_priority ?? 0),
  };
}

export function validatorSetFromJson(json: Json): ValidatorSet {
  // Some scenarios list them by name; a set is ordered by power, then by address.
  const validators: Validator[] = json.validators.map(validatorFromJson);
  validators.sort((a, b) => (a.votingPower === b.votingPower ? compareBytes(a.address, b.address) : a.votingPower > b.votingPower ? -1 : 1));
  return {
    validators,
    proposer: json.proposer === null || json.proposer === undefined ? (validators[0] as Validator) : validatorFromJson(json.proposer),
    totalVotingPower: validators.reduce((sum, validator) => sum + validator.votingPower, 0n),
  };
}

export function proofFromJson(json: Json): MerkleProof {
  return {
    total: BigInt(json.total),
    index: BigInt(json.index),
    leafHash: fromBase64(json.leaf_hash),
    aunts: json.aunts.map(fromBase64),
  };
}

export const EXAMPLE_TIME: Timestamp = timestampFromRfc3339('2017-12-25T03:00:01.234Z');
