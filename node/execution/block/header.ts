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

/** 15 fields, and those that later forks added, up to the last that is there: 21 under Prague and Osaka. */
export function headerItem(header: Omit<EthHeader, 'hash'>): readonly RlpItem[] {
  const item: RlpItem[] = [
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
  ];
  if (header.baseFeePerGas === undefined) return item;
  item.push(bigIntToBytes(header.baseFeePerGas));
  if (header.withdrawalsRoot === undefined) return item;
  item.push(hexToBytes(header.withdrawalsRoot));
  if (header.blobGasUsed === undefined || header.excessBlobGas === undefined || header.parentBeaconBlockRoot === undefined) return item;
  item.push(bigIntToBytes(header.blobGasUsed), bigIntToBytes(header.excessBlobGas), hexToBytes(header.parentBeaconBlockRoot));
  if (header.requestsHash !== undefined) item.push(hexToBytes(header.requestsHash));
  return item;
}

export function sealHeader(header: Omit<EthHeader, 'hash'>): EthHeader {
  return {...header, hash: `0x${keccak256Hex(encodeRlp(headerItem(header)))}`};
}

/** Numbers of fields that a header may have: before London, London, Shanghai, Cancun, Prague. */
const HEADER_LENGTHS: ReadonlySet<number> = new Set([15, 16, 17, 20, 21]);

/** From our own database. `encoded`: the same as bytes, whose hash is quicker to find than that of the fields. */
export function headerOfItem(item: RlpItem, encoded?: Uint8Array): EthHeader {
  if (item instanceof Uint8Array || !HEADER_LENGTHS.has(item.length)) throw new Error('database record: header expected');
  const bytes = (index: number): Uint8Array => {
    const field = item[index];
    if (!(field instanceof Uint8Array)) throw new Error('database record: header field expected');
    return field;
  };
  const hash = (index: number): Hash => bytesToHex(bytes(index));
  const integer = (index: number): bigint => bytesToBigInt(bytes(index));
  const later = <T>(index: number, read: (index: number) => T): T | undefined => (index < item.length ? read(index) : undefined);
  const fields = {
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
    baseFeePerGas: later(15, integer),
    withdrawalsRoot: later(16, hash),
    blobGasUsed: later(17, integer),
    excessBlobGas: later(18, integer),
    parentBeaconBlockRoot: later(19, hash),
    requestsHash: later(20, hash),
  };
  return encoded === undefined ? sealHeader(fields) : {...fields, hash: `0x${keccak256Hex(encoded)}`};
}
