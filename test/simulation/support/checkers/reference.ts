/**
 * What CometBFT hashes and signs, written a second time from its specification (spec/core/encoding.md, data_structures.md) and from
 * nothing of ours: the checkers must not lean on the code they check.
 */
import {createHash, createPublicKey, verify, type KeyObject} from 'node:crypto';
import type {Block, BlockID, CommitSig, Header, Proposal, Timestamp, Vote} from '#proto';

type Bytes = Uint8Array;

const NOTHING = Buffer.alloc(0);

function sha256(bytes: Bytes): Buffer {
  return createHash('sha256').update(bytes).digest();
}

// ---- protobuf

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** Fields with their default value are left out. */
function int(field: number, value: bigint | number): Buffer {
  return BigInt(value) === 0n ? NOTHING : Buffer.concat([varint(BigInt(field << 3)), varint(BigInt(value))]);
}

function fixed(field: number, value: bigint | number): Buffer {
  if (BigInt(value) === 0n) return NOTHING;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return Buffer.concat([varint(BigInt((field << 3) | 1)), bytes]);
}

/** A message that is there even when it is empty. */
function message(field: number, ...content: Bytes[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([varint(BigInt((field << 3) | 2)), varint(BigInt(bytes.length)), bytes]);
}

function bytes(field: number, value: Bytes): Buffer {
  return value.length === 0 ? NOTHING : message(field, value);
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

function time({seconds, nanos}: Timestamp): Buffer {
  return Buffer.concat([int(1, seconds), int(2, nanos)]);
}

function blockIdBytes({hash, partSetHeader}: BlockID): Buffer {
  return Buffer.concat([bytes(1, hash), message(2, int(1, partSetHeader.total), bytes(2, partSetHeader.hash))]);
}

// ---- what is signed

function delimited(...content: Bytes[]): Buffer {
  const joined = Buffer.concat(content);
  return Buffer.concat([varint(BigInt(joined.length)), joined]);
}

function canonicalBlockId(field: number, blockId: BlockID): Buffer {
  return blockId.hash.length === 0 ? NOTHING : message(field, blockIdBytes(blockId));
}

export function voteBytes(chainId: string, vote: Pick<Vote, 'type' | 'height' | 'round' | 'blockId' | 'timestamp'>): Buffer {
  const {type, height, round, blockId, timestamp} = vote;
  return delimited(int(1, type), fixed(2, height), fixed(3, round), canonicalBlockId(4, blockId), message(5, time(timestamp)), text(6, chainId));
}

const PROPOSAL_TYPE = 32;

export function proposalBytes(chainId: string, {height, round, polRound, blockId, timestamp}: Proposal): Buffer {
  return delimited(
    int(1, PROPOSAL_TYPE),
    fixed(2, height),
    fixed(3, round),
    int(4, polRound),
    canonicalBlockId(5, blockId),
    message(6, time(timestamp)),
    text(7, chainId),
  );
}

const keys = new Map<string, KeyObject>();

/** The same signatures come by many times, in messages and in commits. */
const verified = new Map<string, boolean>();
const VERIFIED_MAX = 20_000;

export function isSignedBy(publicKey: Bytes, signed: Bytes, signature: Bytes): boolean {
  if (signature.length !== 64) return false;
  const id = sha256(Buffer.concat([publicKey, signature, signed])).toString('latin1');
  let result = verified.get(id);
  if (result === undefined) {
    if (verified.size >= VERIFIED_MAX) verified.clear();
    result = verify(null, signed, keyOf(publicKey), signature);
    verified.set(id, result);
  }
  return result;
}

function keyOf(publicKey: Bytes): KeyObject {
  const x = Buffer.from(publicKey).toString('base64url');
  let key = keys.get(x);
  if (key === undefined) {
    key = createPublicKey({key: {kty: 'OKP', crv: 'Ed25519', x}, format: 'jwk'});
    keys.set(x, key);
  }
  return key;
}

// ---- what is hashed

/** RFC 6962. */
export function merkle(leaves: readonly Bytes[]): Buffer {
  if (leaves.length === 0) return sha256(NOTHING);
  if (leaves.length === 1) return sha256(Buffer.concat([Buffer.of(0), leaves[0]!]));
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.concat([Buffer.of(1), merkle(leaves.slice(0, split)), merkle(leaves.slice(split))]));
}

export function headerDigest(header: Header): Buffer {
  const {version, chainId, height, lastBlockId} = header;
  return merkle([
    Buffer.concat([int(1, version.block), int(2, version.app)]),
    text(1, chainId),
    int(1, height),
    time(header.time),
    blockIdBytes(lastBlockId),
    bytes(1, header.lastCommitHash),
    bytes(1, header.dataHash),
    bytes(1, header.validatorsHash),
    bytes(1, header.nextValidatorsHash),
    bytes(1, header.consensusHash),
    bytes(1, header.appHash),
    bytes(1, header.lastResultsHash),
    bytes(1, header.evidenceHash),
    bytes(1, header.proposerAddress),
  ]);
}

export interface Member {
  readonly publicKey: Bytes;
  readonly power: bigint;
}

export function addressBytes(publicKey: Bytes): Buffer {
  return sha256(publicKey).subarray(0, 20);
}

/** By power, then by address. */
export function inOrder(members: readonly Member[]): Member[] {
  return [...members].sort((a, b) => {
    if (a.power !== b.power) return a.power > b.power ? -1 : 1;
    return Buffer.compare(addressBytes(a.publicKey), addressBytes(b.publicKey));
  });
}

export function membersDigest(members: readonly Member[]): Buffer {
  return merkle(inOrder(members).map(({publicKey, power}) => Buffer.concat([message(1, bytes(1, publicKey)), int(2, power)])));
}

export function commitDigest(signatures: readonly CommitSig[]): Buffer {
  return merkle(
    signatures.map(({blockIdFlag, validatorAddress, timestamp, signature}) =>
      Buffer.concat([int(1, blockIdFlag), bytes(2, validatorAddress), message(3, time(timestamp)), bytes(4, signature)]),
    ),
  );
}

export function dataDigest(txs: Block['txs']): Buffer {
  return merkle(txs.map(sha256));
}

export function resultsDigest(results: readonly {readonly data: Bytes; readonly gasWanted: bigint; readonly gasUsed: bigint}[]): Buffer {
  return merkle(results.map(({data, gasWanted, gasUsed}) => Buffer.concat([bytes(2, data), int(5, gasWanted), int(6, gasUsed)])));
}

export function paramsDigest({maxBytes, maxGas}: {readonly maxBytes: bigint; readonly maxGas: bigint}): Buffer {
  return sha256(Buffer.concat([int(1, maxBytes), int(2, maxGas)]));
}
