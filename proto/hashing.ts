/** The hashes that a header holds, and its own (CometBFT spec/core/data_structures.md). All are 32 bytes. */
import {concatBytes, sha256} from './bytes.ts';
import {encodeBlockId, encodeCommitSig, encodeInnerEvidence, encodeTimestamp, publicKeyToProto} from './encoding.ts';
import {ExecTxResult as ExecTxResultCodec} from './gen/tendermint_abci.ts';
import {HashedParams, SimpleValidator} from './gen/tendermint_types.ts';
import {Consensus} from './gen/tendermint_version.ts';
import {merkleRoot} from './merkle.ts';
import type {Block, Commit, ConsensusParams, Evidence, ExecTxResult, Header, Validator} from './types.ts';
import {EMPTY_BYTES, encodeMessage, finish, newWriter, writeBytes, writeInt64, writeString} from './wire.ts';

/** The block hash. Empty when `validatorsHash` is: such a header is not filled in yet. */
export function headerHash(header: Header): Uint8Array {
  if (header.validatorsHash.length === 0) return EMPTY_BYTES;
  return merkleRoot([
    encodeMessage(Consensus, header.version),
    stringLeaf(header.chainId),
    int64Leaf(header.height),
    encodeTimestamp(header.time),
    encodeBlockId(header.lastBlockId),
    bytesLeaf(header.lastCommitHash),
    bytesLeaf(header.dataHash),
    bytesLeaf(header.validatorsHash),
    bytesLeaf(header.nextValidatorsHash),
    bytesLeaf(header.consensusHash),
    bytesLeaf(header.appHash),
    bytesLeaf(header.lastResultsHash),
    bytesLeaf(header.evidenceHash),
    bytesLeaf(header.proposerAddress),
  ]);
}

export function blockHash(block: Block): Uint8Array {
  return headerHash(block.header);
}

export function commitHash(commit: Commit): Uint8Array {
  return merkleRoot(commit.signatures.map(encodeCommitSig));
}

/** By which RPC, indexers and `tx_search` know a transaction. */
export function txHash(tx: Uint8Array): Uint8Array {
  return sha256(tx);
}

export function dataHash(txs: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(txs.map(txHash));
}

export function evidenceHash(evidence: readonly Evidence[]): Uint8Array {
  return merkleRoot(evidence.map(encodeInnerEvidence));
}

/** Of one piece of evidence: what the pool knows it by. */
export function evidenceId(evidence: Evidence): Uint8Array {
  if (evidence.type === 'duplicateVote') return sha256(encodeInnerEvidence(evidence));
  // Equal for all selections of signatures under one conflicting header. Go copies 31 of the 32 bytes of the hash; so do we.
  const hash = headerHash(evidence.conflictingBlock.signedHeader.header);
  return sha256(concatBytes(hash.subarray(0, 31), Uint8Array.of(0), zigzagVarint(evidence.commonHeight)));
}

/** `results` of the block before. Log, codespace and everything informative stay out. */
export function lastResultsHash(results: readonly ExecTxResult[]): Uint8Array {
  return merkleRoot(results.map((result) => encodeMessage(ExecTxResultCodec, {...result, log: '', codespace: '', events: []})));
}

/** In the order of the set. Addresses and priorities are not hashed. */
export function validatorSetHash(validators: readonly Pick<Validator, 'publicKey' | 'votingPower'>[]): Uint8Array {
  return merkleRoot(
    validators.map(({publicKey, votingPower}) => encodeMessage(SimpleValidator, {pubKey: publicKeyToProto(publicKey), votingPower})),
  );
}

export function consensusParamsHash(params: ConsensusParams): Uint8Array {
  return sha256(encodeMessage(HashedParams, {blockMaxBytes: params.block.maxBytes, blockMaxGas: params.block.maxGas}));
}

// Go's cdcEncode: the value as field 1 of a wrapper message; nothing when it is empty.

function stringLeaf(value: string): Uint8Array {
  const writer = newWriter();
  writeString(writer, 10, value);
  return finish(writer);
}

function int64Leaf(value: bigint): Uint8Array {
  const writer = newWriter();
  writeInt64(writer, 8, value);
  return finish(writer);
}

function bytesLeaf(value: Uint8Array): Uint8Array {
  const writer = newWriter();
  writeBytes(writer, 10, value);
  return finish(writer);
}

function zigzagVarint(value: bigint): Uint8Array {
  let rest = value < 0n ? -value * 2n - 1n : value * 2n;
  const out: number[] = [];
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}
