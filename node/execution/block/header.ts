import {bigIntToBytes, bytesToBigInt, bytesToHex, hexToBytes} from '../hex.ts';
import {keccak256Hex} from '../keccak.ts';
import {encodeRlp} from '../rlp.ts';
import type {RlpItem} from '../rlp.ts';
import type {EthHeader, Hash, Hex} from '../types.ts';

/** keccak256(RLP([])): no uncles. */
export const EMPTY_UNCLES_HASH: Hash = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347';
/** sha256 of nothing: no requests (EIP-7685). */
export const EMPTY_REQUESTS_HASH: Hash = '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
export const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`;
export const ZERO_NONCE: Hex = '0x0000000000000000';

/** Osaka header: 21 fields. */
export function headerItem(header: Omit<EthHeader, 'hash'>): readonly RlpItem[] {
  return [
    hexToBytes(header.parentHash),
    hexToBytes(header.sha3Uncles),
    hexToBytes(header.miner),
    hexToBytes(header.stateRoot),
    hexToBytes(header.transactionsRoot),
    hexToBytes(header.receiptsRoot),
    header.logsBloom,
    bigIntToBytes(header.difficulty),
    bigIntToBytes(header.number),
    bigIntToBytes(header.gasLimit),
    bigIntToBytes(header.gasUsed),
    bigIntToBytes(header.timestamp),
    header.extraData,
    hexToBytes(header.mixHash),
    hexToBytes(header.nonce),
    bigIntToBytes(header.baseFeePerGas),
    hexToBytes(header.withdrawalsRoot),
    bigIntToBytes(header.blobGasUsed),
    bigIntToBytes(header.excessBlobGas),
    hexToBytes(header.parentBeaconBlockRoot),
    hexToBytes(header.requestsHash),
  ];
}

export function sealHeader(header: Omit<EthHeader, 'hash'>): EthHeader {
  return {...header, hash: `0x${keccak256Hex(encodeRlp(headerItem(header)))}`};
}

/** From our own database. */
export function headerOfItem(item: RlpItem): EthHeader {
  if (item instanceof Uint8Array || item.length !== 21) throw new Error('database record: header expected');
  const bytes = (index: number): Uint8Array => {
    const field = item[index];
    if (!(field instanceof Uint8Array)) throw new Error('database record: header field expected');
    return field;
  };
  const hash = (index: number): Hash => bytesToHex(bytes(index));
  const integer = (index: number): bigint => bytesToBigInt(bytes(index));
  return sealHeader({
    parentHash: hash(0),
    sha3Uncles: hash(1),
    miner: hash(2),
    stateRoot: hash(3),
    transactionsRoot: hash(4),
    receiptsRoot: hash(5),
    logsBloom: bytes(6),
    difficulty: integer(7),
    number: integer(8),
    gasLimit: integer(9),
    gasUsed: integer(10),
    timestamp: integer(11),
    extraData: bytes(12),
    mixHash: hash(13),
    nonce: hash(14),
    baseFeePerGas: integer(15),
    withdrawalsRoot: hash(16),
    blobGasUsed: integer(17),
    excessBlobGas: integer(18),
    parentBeaconBlockRoot: hash(19),
    requestsHash: hash(20),
  });
}

