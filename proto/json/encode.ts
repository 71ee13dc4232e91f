/** The chain's types as CometBFT 0.38 writes them in JSON: 64-bit integers as strings, hashes and addresses in upper-case hex, bytes in base64. */
import {toBase64, toHexUpper} from '../bytes.ts';
import type {BlockMeta} from '../encoding.ts';
import {publicKeyToJson} from '../genesis.ts';
import {timestampToRfc3339} from '../timestamp.ts';
import type {AbciEvent, Block, BlockID, Commit, CommitSig, Evidence, ExecTxResult, Header, LightBlock, Validator, Vote} from '../types.ts';

/** Names under which Go registers the two kinds (CometBFT types/evidence.go). */
export const DUPLICATE_VOTE_JSON_TYPE = 'tendermint/DuplicateVoteEvidence';
export const LIGHT_CLIENT_ATTACK_JSON_TYPE = 'tendermint/LightClientAttackEvidence';

export type Json = null | string | number | boolean | readonly Json[] | {readonly [name: string]: Json};

export function blockIdToJson({hash, partSetHeader}: BlockID): Json {
  return {hash: toHexUpper(hash), parts: {total: partSetHeader.total, hash: toHexUpper(partSetHeader.hash)}};
}

export function headerToJson(header: Header): Json {
  const {block, app} = header.version;
  return {
    version: {block: block.toString(), ...(app === 0n ? {} : {app: app.toString()})},
    chain_id: header.chainId,
    height: header.height.toString(),
    time: timestampToRfc3339(header.time),
    last_block_id: blockIdToJson(header.lastBlockId),
    last_commit_hash: toHexUpper(header.lastCommitHash),
    data_hash: toHexUpper(header.dataHash),
    validators_hash: toHexUpper(header.validatorsHash),
    next_validators_hash: toHexUpper(header.nextValidatorsHash),
    consensus_hash: toHexUpper(header.consensusHash),
    app_hash: toHexUpper(header.appHash),
    last_results_hash: toHexUpper(header.lastResultsHash),
    evidence_hash: toHexUpper(header.evidenceHash),
    proposer_address: toHexUpper(header.proposerAddress),
  };
}

export function commitToJson(commit: Commit): Json {
  return {
    height: commit.height.toString(),
    round: commit.round,
    block_id: blockIdToJson(commit.blockId),
    signatures: commit.signatures.map(commitSigToJson),
  };
}

export function commitSigToJson(signature: CommitSig): Json {
  return {
    block_id_flag: signature.blockIdFlag,
    validator_address: toHexUpper(signature.validatorAddress),
    timestamp: timestampToRfc3339(signature.timestamp),
    signature: base64OrNull(signature.signature),
  };
}

export function blockToJson(block: Block): Json {
  return {
    header: headerToJson(block.header),
    data: {txs: block.txs.map(toBase64)},
    evidence: {evidence: block.evidence.map(evidenceToJson)},
    last_commit: commitToJson(block.lastCommit),
  };
}

export function blockMetaToJson(meta: BlockMeta): Json {
  return {
    block_id: blockIdToJson(meta.blockId),
    block_size: meta.blockSize.toString(),
    header: headerToJson(meta.header),
    num_txs: meta.numTxs.toString(),
  };
}

export function validatorToJson(validator: Validator): Json {
  return {
    address: toHexUpper(validator.address),
    pub_key: {...publicKeyToJson(validator.publicKey)},
    voting_power: validator.votingPower.toString(),
    proposer_priority: validator.proposerPriority.toString(),
  };
}

export function execTxResultToJson(result: ExecTxResult): Json {
  return {
    code: result.code,
    data: base64OrNull(result.data),
    log: result.log,
    info: '',
    gas_wanted: result.gasWanted.toString(),
    gas_used: result.gasUsed.toString(),
    events: (result.events ?? []).map(abciEventToJson),
    codespace: result.codespace,
  };
}

export function abciEventToJson({type, attributes}: AbciEvent): Json {
  return {type, attributes: attributes.map(({key, value, index}) => ({key, value, index}))};
}

/** Members without a JSON name in Go's structs keep their Go names. */
export function evidenceToJson(evidence: Evidence): Json {
  const common = {TotalVotingPower: evidence.totalVotingPower.toString(), Timestamp: timestampToRfc3339(evidence.timestamp)};
  if (evidence.type === 'duplicateVote') {
    return {
      type: DUPLICATE_VOTE_JSON_TYPE,
      value: {vote_a: voteToJson(evidence.voteA), vote_b: voteToJson(evidence.voteB), ValidatorPower: evidence.validatorPower.toString(), ...common},
    };
  }
  return {
    type: LIGHT_CLIENT_ATTACK_JSON_TYPE,
    value: {
      ConflictingBlock: lightBlockToJson(evidence.conflictingBlock),
      CommonHeight: evidence.commonHeight.toString(),
      ByzantineValidators: evidence.byzantineValidators.map(validatorToJson),
      ...common,
    },
  };
}

export function voteToJson(vote: Vote): Json {
  return {
    type: vote.type,
    height: vote.height.toString(),
    round: vote.round,
    block_id: blockIdToJson(vote.blockId),
    timestamp: timestampToRfc3339(vote.timestamp),
    validator_address: toHexUpper(vote.validatorAddress),
    validator_index: vote.validatorIndex,
    signature: base64OrNull(vote.signature),
    extension: null,
    extension_signature: null,
  };
}

export function lightBlockToJson({signedHeader, validatorSet}: LightBlock): Json {
  return {
    signed_header: {header: headerToJson(signedHeader.header), commit: commitToJson(signedHeader.commit)},
    validator_set: {validators: validatorSet.validators.map(validatorToJson), proposer: validatorToJson(validatorSet.proposer)},
  };
}

/** Go's nil slice. */
export function base64OrNull(bytes: Uint8Array): Json {
  return bytes.length === 0 ? null : toBase64(bytes);
}
