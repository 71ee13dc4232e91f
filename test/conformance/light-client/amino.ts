/**
 * How Tendermint 0.33 hashed and signed, before protobuf came with 0.34 (go-amino 0.15; tendermint-rs up to 0.16). Some scenarios were
 * made by it. The rules of verification are the same; so these files run through the production light client with this encoding.
 */
import {
  BlockIDFlag,
  concatBytes,
  EMPTY_BYTES,
  equalBytes,
  fromHex,
  merkleRoot,
  utf8,
  validateCommitBasic,
  validateHeaderBasic,
  verifySignature,
  BLOCK_PROTOCOL,
  type BlockID,
  type Header,
  type LightBlock,
  type Timestamp,
  type Validator,
} from '#proto';
import type {ChainEncoding} from '#consensus/light';

/** go-amino's prefix of `tendermint/PubKeyEd25519`, and the length of what follows. */
const ED25519_PREFIX = fromHex('1624de6420');
const WIRE = {varint: 0, fixed64: 1, bytes: 2} as const;

export const AMINO_ENCODING: ChainEncoding = {
  headerHash,
  validatorSetHash,
  verifyVote: (chainId, publicKey, vote) => {
    const message = concatBytes(
      uvarintField(1, BigInt(vote.type)),
      fixed64Field(2, vote.height),
      fixed64Field(3, BigInt(vote.round)),
      bytesField(4, canonicalBlockId(vote.blockId)),
      bytesField(5, timestamp(vote.timestamp)),
      bytesField(6, utf8(chainId)),
    );
    return verifySignature(publicKey, lengthPrefixed(message), vote.signature);
  },
  validateSignedHeader: ({header, commit}, chainId) => {
    // The block protocol was another number; everything else has the shape of today.
    const problem = validateHeaderBasic({...header, version: {...header.version, block: BLOCK_PROTOCOL}}) ?? validateCommitBasic(commit);
    if (problem !== undefined) return problem;
    if (header.chainId !== chainId) return 'header of another chain';
    if (header.height !== commit.height) return 'commit of another height';
    return equalBytes(headerHash(header), commit.blockId.hash) ? undefined : 'commit for another block';
  },
};

function headerHash(header: Header): Uint8Array {
  return merkleRoot([
    concatBytes(uvarintField(1, header.version.block), uvarintField(2, header.version.app)),
    bare(utf8(header.chainId)),
    uvarint(header.height),
    timestamp(header.time),
    header.lastBlockId.hash.length === 0 ? EMPTY_BYTES : blockId(header.lastBlockId),
    bare(header.lastCommitHash),
    bare(header.dataHash),
    bare(header.validatorsHash),
    bare(header.nextValidatorsHash),
    bare(header.consensusHash),
    bare(header.appHash),
    bare(header.lastResultsHash),
    bare(header.evidenceHash),
    bare(header.proposerAddress),
  ]);
}

function validatorSetHash(validators: readonly Validator[]): Uint8Array {
  return merkleRoot(validators.map(({publicKey, votingPower}) => concatBytes(bytesField(1, concatBytes(ED25519_PREFIX, publicKey.bytes)), uvarintField(2, votingPower))));
}

function blockId({hash, partSetHeader}: BlockID): Uint8Array {
  return concatBytes(bytesField(1, hash), bytesField(2, concatBytes(uvarintField(1, BigInt(partSetHeader.total)), bytesField(2, partSetHeader.hash))));
}

/** Hash and total changed places in what is signed. */
function canonicalBlockId({hash, partSetHeader}: BlockID): Uint8Array {
  if (hash.length === 0) return EMPTY_BYTES;
  return concatBytes(bytesField(1, hash), bytesField(2, concatBytes(bytesField(1, partSetHeader.hash), uvarintField(2, BigInt(partSetHeader.total)))));
}

function timestamp({seconds, nanos}: Timestamp): Uint8Array {
  return concatBytes(uvarintField(1, seconds), uvarintField(2, BigInt(nanos)));
}

function bare(bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? EMPTY_BYTES : lengthPrefixed(bytes);
}

function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? EMPTY_BYTES : concatBytes(tag(field, WIRE.bytes), lengthPrefixed(bytes));
}

function uvarintField(field: number, value: bigint): Uint8Array {
  return value === 0n ? EMPTY_BYTES : concatBytes(tag(field, WIRE.varint), uvarint(value));
}

function fixed64Field(field: number, value: bigint): Uint8Array {
  if (value === 0n) return EMPTY_BYTES;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value, true);
  return concatBytes(tag(field, WIRE.fixed64), bytes);
}

function tag(field: number, wire: number): Uint8Array {
  return uvarint(BigInt((field << 3) | wire));
}

function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  return concatBytes(uvarint(BigInt(bytes.length)), bytes);
}

function uvarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** Whether a signed block was made by Tendermint 0.33: its header and its validators have the hashes of that version. */
export function isAmino({signedHeader, validatorSet}: LightBlock): boolean {
  const {header, commit} = signedHeader;
  return (
    equalBytes(headerHash(header), commit.blockId.hash) &&
    equalBytes(validatorSetHash(validatorSet.validators), header.validatorsHash) &&
    commit.signatures.some(({blockIdFlag}) => blockIdFlag === BlockIDFlag.Commit)
  );
}
