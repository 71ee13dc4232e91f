/** RLP of a block of another chain, strict and bounded. What the fields say is judged elsewhere. */
import {sealHeader} from '../block/header.ts';
import {uncleBlock} from '../block/eth-block.ts';
import {BLOOM_BYTES} from '../block/bloom.ts';
import {bytesToBigInt, bytesToHex} from '../hex.ts';
import {EXTRA_DATA_BYTES_MAX, IMPORT_BLOCK_BYTES_MAX} from '../limits.ts';
import {decodeRlp, encodeRlp, RlpError} from '../rlp.ts';
import type {RlpItem} from '../rlp.ts';
import type {EthBlock, EthHeader, Hash, Hex, Withdrawal} from '../types.ts';
import {ImportError} from './errors.ts';

export interface DecodedBlock {
  readonly header: EthHeader;
  /** Canonical EIP-2718 envelopes. */
  readonly transactions: readonly Uint8Array[];
  readonly uncles: readonly EthBlock[];
  /** undefined: the body has no such list, as before Shanghai. */
  readonly withdrawals: readonly Withdrawal[] | undefined;
  readonly size: number;
}

/** Throws ImportError `malformed`. */
export function decodeImportedBlock(bytes: Uint8Array): DecodedBlock {
  if (bytes.length > IMPORT_BLOCK_BYTES_MAX) throw malformed(`${bytes.length} bytes, more than ${IMPORT_BLOCK_BYTES_MAX}`);
  try {
    // A copy of its own, and no Buffer, whose slices would be views. An item takes a byte at least.
    const item = listOf(decodeRlp(new Uint8Array(bytes), {itemsMax: bytes.length}), 'block');
    if (item.length !== 3 && item.length !== 4) throw malformed(`a block of ${item.length} parts`);
    const [header, transactions, uncles, withdrawals] = item;
    return {
      header: headerOf(header!),
      transactions: listOf(transactions, 'transactions').map(envelopeOf),
      uncles: listOf(uncles, 'uncles').map((uncle) => uncleBlock(headerOf(uncle))),
      withdrawals: withdrawals === undefined ? undefined : listOf(withdrawals, 'withdrawals').map(withdrawalOf),
      size: bytes.length,
    };
  } catch (error) {
    if (error instanceof RlpError) throw malformed(error.message);
    throw error;
  }
}

/** The blocks of a file that holds one after the other, as `geth export` writes it. */
export function* blocksOfFile(file: Uint8Array): Generator<Uint8Array> {
  for (let offset = 0; offset < file.length; ) {
    const length = listLength(file, offset);
    if (length > file.length - offset) throw malformed(`the file ends in the middle of a block, at byte ${offset}`);
    yield file.subarray(offset, offset + length);
    offset += length;
  }
}

/** Bytes of the list that begins at `offset`, its prefix included. */
function listLength(file: Uint8Array, offset: number): number {
  const prefix = file[offset]!;
  if (prefix < 0xc0) throw malformed(`no block begins at byte ${offset} of the file`);
  if (prefix < 0xf8) return prefix - 0xc0 + 1;
  const size = prefix - 0xf7;
  if (size > 4 || size > file.length - offset - 1) throw malformed(`the length of the block at byte ${offset} is out of range`);
  let length = 0;
  for (let i = 1; i <= size; i++) length = length * 256 + file[offset + i]!;
  return length + size + 1;
}

/** Which of the later fields must be there is up to the fork; that they come in their order is not. */
function headerOf(item: RlpItem): EthHeader {
  const fields = listOf(item, 'header');
  if (fields.length < 15 || fields.length > 21 || fields.length === 18 || fields.length === 19) throw malformed(`a header of ${fields.length} fields`);
  const fixed = (index: number, length: number): Hex => bytesToHex(fixedOf(fields[index], length, `header field ${index}`));
  const hash = (index: number): Hash => fixed(index, 32);
  const integer = (index: number): bigint => integerOf(fields[index], 32, `header field ${index}`);
  const counter = (index: number): bigint => integerOf(fields[index], 8, `header field ${index}`);
  const later = <T>(index: number, read: (index: number) => T): T | undefined => (index < fields.length ? read(index) : undefined);
  const extraData = bytesOf(fields[12], 'extraData');
  if (extraData.length > EXTRA_DATA_BYTES_MAX) throw malformed(`extraData of ${extraData.length} bytes, more than ${EXTRA_DATA_BYTES_MAX}`);
  return sealHeader({
    parentHash: hash(0),
    sha3Uncles: hash(1),
    miner: fixed(2, 20),
    stateRoot: hash(3),
    transactionsRoot: hash(4),
    receiptsRoot: hash(5),
    logsBloom: fixedOf(fields[6], BLOOM_BYTES, 'logsBloom').slice(),
    difficulty: integer(7),
    number: counter(8),
    gasLimit: counter(9),
    gasUsed: counter(10),
    timestamp: counter(11),
    extraData: extraData.slice(),
    mixHash: hash(13),
    nonce: fixed(14, 8),
    baseFeePerGas: later(15, integer),
    withdrawalsRoot: later(16, hash),
    blobGasUsed: later(17, counter),
    excessBlobGas: later(18, counter),
    parentBeaconBlockRoot: later(19, hash),
    requestsHash: later(20, hash),
  });
}

/** Legacy transactions stand in a body as lists, typed ones as strings. */
function envelopeOf(item: RlpItem): Uint8Array {
  return item instanceof Uint8Array ? item.slice() : encodeRlp(item);
}

function withdrawalOf(item: RlpItem): Withdrawal {
  const fields = listOf(item, 'withdrawal');
  if (fields.length !== 4) throw malformed(`a withdrawal of ${fields.length} fields`);
  return {
    index: integerOf(fields[0], 8, 'withdrawal index'),
    validatorIndex: integerOf(fields[1], 8, 'validator index'),
    address: bytesToHex(fixedOf(fields[2], 20, 'withdrawal address')),
    amount: integerOf(fields[3], 8, 'withdrawal amount'),
  };
}

function listOf(item: RlpItem | undefined, what: string): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) throw malformed(`${what}: list expected`);
  return item;
}

function bytesOf(item: RlpItem | undefined, what: string): Uint8Array {
  if (!(item instanceof Uint8Array)) throw malformed(`${what}: string expected`);
  return item;
}

function fixedOf(item: RlpItem | undefined, length: number, what: string): Uint8Array {
  const bytes = bytesOf(item, what);
  if (bytes.length !== length) throw malformed(`${what}: ${bytes.length} bytes, not ${length}`);
  return bytes;
}

function integerOf(item: RlpItem | undefined, bytesMax: number, what: string): bigint {
  const bytes = bytesOf(item, what);
  if (bytes.length > bytesMax) throw malformed(`${what}: more than ${bytesMax * 8} bits`);
  if (bytes[0] === 0) throw malformed(`${what}: a leading zero`);
  return bytesToBigInt(bytes);
}

function malformed(reason: string): ImportError {
  return new ImportError('malformed', `not a block: ${reason}`);
}
