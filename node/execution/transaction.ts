/**
 * Transactions as they come from outside: legacy (with and without EIP-155), EIP-2930, EIP-1559 and EIP-7702.
 * One pass over strict RLP, one native recovery of the sender.
 */
import {isUnsigned, unsignedSender} from './dev/unsigned.ts';
import {DecodeError} from './errors.ts';
import {bigIntToBytes, bytesToBigInt, bytesToHex, bytesToPlainHex, EMPTY} from './hex.ts';
import {keccak256, keccak256Hex} from './keccak.ts';
import {TRANSACTION_BYTES_MAX} from './limits.ts';
import {decodeRlp, encodeRlp, RlpError} from './rlp.ts';
import type {RlpItem} from './rlp.ts';
import {forkRules} from './rules.ts';
import type {ForkRules} from './rules.ts';
import {isValidSignature, recoverAddress} from './secp256k1.ts';
import type {AccessListEntry, Address, Authorization, Hash, Transaction} from './types.ts';

export interface DecodeOptions {
  /** When given, a transaction for another chain is refused (one without EIP-155 is for every chain). */
  readonly chainId?: bigint;
  /** Known from an earlier recovery (our own database): the signature is not checked again. */
  readonly sender?: Address;
  /** keccak256 of `raw`, when the caller has it. */
  readonly hash?: Hash;
  /** Greatest size. Default: TRANSACTION_BYTES_MAX, which is a rule of nodes, not of Ethereum's blocks: foreign chains hold greater ones. */
  readonly bytesMax?: number;
  /** Which types and signatures there are. Default: those of the newest fork. */
  readonly rules?: Pick<ForkRules, 'isHomestead' | 'isSpuriousDragon' | 'transactionTypeMax'>;
  /** Development chains only: transactions of impersonated accounts, without a signature, are decoded too. */
  readonly allowsUnsigned?: boolean;
}

const NEWEST = forkRules('osaka');
const NO_BLOBS = {maxFeePerBlobGas: 0n, blobVersionedHashes: []} as const;

type Fields = readonly RlpItem[];

/** `raw`: canonical EIP-2718 envelope. Throws DecodeError and nothing else. */
export function decodeTransaction(raw: Uint8Array, options: DecodeOptions = {}): Transaction {
  const first = raw[0];
  if (first === undefined) throw new DecodeError('empty', 'typed transaction too short');
  const bytesMax = options.bytesMax ?? TRANSACTION_BYTES_MAX;
  if (raw.length > bytesMax) {
    throw new DecodeError('oversize', `oversized data: transaction size ${raw.length}, limit ${bytesMax}`);
  }
  // A copy: the bytes given may be a view into a network buffer that outlives its use here.
  const bytes = raw.slice();
  try {
    if (first >= 0xc0) return decodeLegacy(bytes, options);
    if (first > (options.rules ?? NEWEST).transactionTypeMax) throw new DecodeError('unsupported-type', 'transaction type not supported');
    switch (first) {
      case 1:
        return decodeAccessList(bytes, options);
      case 2:
        return decodeDynamicFee(bytes, options);
      case 3:
        return decodeBlob(bytes, options);
      case 4:
        return decodeSetCode(bytes, options);
      default:
        throw new DecodeError('unsupported-type', 'transaction type not supported');
    }
  } catch (error) {
    if (error instanceof RlpError) throw new DecodeError('malformed-rlp', `rlp: ${error.message}`);
    throw error;
  }
}

function decodeLegacy(raw: Uint8Array, options: DecodeOptions): Transaction {
  const fields = listOf(decodeRlp(raw, {itemsMax: raw.length}), 9, 'transaction');
  const v = integer(fields[6], 32, 'v');
  let chainId: bigint | undefined;
  let yParity: number;
  let signed = fields.slice(0, 6);
  if (v === 27n || v === 28n) {
    yParity = Number(v - 27n);
  } else if (v >= 35n && (options.rules ?? NEWEST).isSpuriousDragon) {
    chainId = (v - 35n) >> 1n;
    yParity = Number((v - 35n) & 1n);
    signed = [...signed, bigIntToBytes(chainId), EMPTY, EMPTY];
  } else {
    throw new DecodeError('invalid-signature', 'invalid transaction v, r, s values');
  }
  const gasPrice = integer(fields[1], 32, 'gasPrice');
  return finish(raw, options, () => encodeRlp(signed), {
    type: 0,
    chainId,
    nonce: integer(fields[0], 8, 'nonce'),
    maxFeePerGas: gasPrice,
    maxPriorityFeePerGas: gasPrice,
    gasLimit: integer(fields[2], 8, 'gas'),
    to: recipient(fields[3]),
    value: integer(fields[4], 32, 'value'),
    data: bytesOf(fields[5], 'data'),
    accessList: [],
    authorizationList: [],
    ...NO_BLOBS,
    yParity,
    v,
    r: integer(fields[7], 32, 'r'),
    s: integer(fields[8], 32, 's'),
  });
}

function decodeAccessList(raw: Uint8Array, options: DecodeOptions): Transaction {
  const fields = listOf(decodeRlp(raw.subarray(1), {itemsMax: raw.length}), 11, 'transaction');
  const gasPrice = integer(fields[2], 32, 'gasPrice');
  return finish(raw, options, () => typedPayload(1, fields.slice(0, 8)), {
    type: 1,
    chainId: integer(fields[0], 32, 'chainId'),
    nonce: integer(fields[1], 8, 'nonce'),
    maxFeePerGas: gasPrice,
    maxPriorityFeePerGas: gasPrice,
    gasLimit: integer(fields[3], 8, 'gas'),
    to: recipient(fields[4]),
    value: integer(fields[5], 32, 'value'),
    data: bytesOf(fields[6], 'data'),
    accessList: accessListOf(fields[7]),
    authorizationList: [],
    ...NO_BLOBS,
    ...signatureOf(fields, 8),
  });
}

function decodeDynamicFee(raw: Uint8Array, options: DecodeOptions): Transaction {
  const fields = listOf(decodeRlp(raw.subarray(1), {itemsMax: raw.length}), 12, 'transaction');
  return finish(raw, options, () => typedPayload(2, fields.slice(0, 9)), {
    type: 2,
    ...dynamicFeeFields(fields),
    to: recipient(fields[5]),
    authorizationList: [],
    ...NO_BLOBS,
    ...signatureOf(fields, 9),
  });
}

function decodeBlob(raw: Uint8Array, options: DecodeOptions): Transaction {
  const fields = listOf(decodeRlp(raw.subarray(1), {itemsMax: raw.length}), 14, 'transaction');
  const to = recipient(fields[5]);
  if (to === undefined) throw new DecodeError('malformed-field', 'rlp: blob transaction without a recipient');
  return finish(raw, options, () => typedPayload(3, fields.slice(0, 11)), {
    type: 3,
    ...dynamicFeeFields(fields),
    to,
    authorizationList: [],
    maxFeePerBlobGas: integer(fields[9], 32, 'maxFeePerBlobGas'),
    blobVersionedHashes: listOf(fields[10], undefined, 'blobVersionedHashes').map((hash) => hashOf(hash, 'blobVersionedHash')),
    ...signatureOf(fields, 11),
  });
}

function decodeSetCode(raw: Uint8Array, options: DecodeOptions): Transaction {
  const fields = listOf(decodeRlp(raw.subarray(1), {itemsMax: raw.length}), 13, 'transaction');
  const to = recipient(fields[5]);
  if (to === undefined) throw new DecodeError('malformed-field', 'rlp: EIP-7702 transaction without a recipient');
  return finish(raw, options, () => typedPayload(4, fields.slice(0, 10)), {
    type: 4,
    ...dynamicFeeFields(fields),
    to,
    authorizationList: listOf(fields[9], undefined, 'authorizationList').map(authorizationOf),
    ...NO_BLOBS,
    ...signatureOf(fields, 10),
  });
}

function dynamicFeeFields(fields: Fields) {
  return {
    chainId: integer(fields[0], 32, 'chainId'),
    nonce: integer(fields[1], 8, 'nonce'),
    maxPriorityFeePerGas: integer(fields[2], 32, 'maxPriorityFeePerGas'),
    maxFeePerGas: integer(fields[3], 32, 'maxFeePerGas'),
    gasLimit: integer(fields[4], 8, 'gas'),
    value: integer(fields[6], 32, 'value'),
    data: bytesOf(fields[7], 'data'),
    accessList: accessListOf(fields[8]),
  };
}

function signatureOf(fields: Fields, index: number): {yParity: number; v: bigint; r: bigint; s: bigint} {
  const v = integer(fields[index], 32, 'yParity');
  if (v > 1n) throw new DecodeError('invalid-signature', 'invalid transaction v, r, s values');
  return {yParity: Number(v), v, r: integer(fields[index + 1], 32, 'r'), s: integer(fields[index + 2], 32, 's')};
}

/** `payload`: what was signed, made only where a signature is checked. */
function finish(raw: Uint8Array, options: DecodeOptions, payload: () => Uint8Array, fields: Omit<Transaction, 'hash' | 'sender' | 'raw'>): Transaction {
  if (options.chainId !== undefined && fields.chainId !== undefined && fields.chainId !== options.chainId) {
    throw new DecodeError('wrong-chain-id', `invalid chain id for signer: have ${fields.chainId} want ${options.chainId}`);
  }
  let sender = options.sender;
  if (sender === undefined && options.allowsUnsigned === true && isUnsigned(fields)) sender = unsignedSender(fields.s);
  if (sender === undefined) {
    const {isHomestead} = options.rules ?? NEWEST;
    if (!isValidSignature(fields.r, fields.s, isHomestead)) throw new DecodeError('invalid-signature', 'invalid transaction v, r, s values');
    sender = recoverAddress(keccak256(payload()), fields.yParity, fields.r, fields.s);
    if (sender === undefined) throw new DecodeError('invalid-signature', 'invalid transaction v, r, s values');
  }
  return {...fields, hash: options.hash ?? `0x${keccak256Hex(raw)}`, sender, raw};
}

function typedPayload(type: number, fields: Fields): Uint8Array {
  const list = encodeRlp(fields);
  const payload = new Uint8Array(1 + list.length);
  payload[0] = type;
  payload.set(list, 1);
  return payload;
}

/** EIP-7702 tuple. Its signature is judged when it is applied: an invalid one is skipped, not an error of the transaction. */
function authorizationOf(item: RlpItem): Authorization {
  const fields = listOf(item, 6, 'authorization');
  const yParity = integer(fields[3], 1, 'authorization.yParity');
  return {
    chainId: integer(fields[0], 32, 'authorization.chainId'),
    address: addressOf(fields[1], 'authorization.address'),
    nonce: integer(fields[2], 8, 'authorization.nonce'),
    yParity: Number(yParity),
    r: integer(fields[4], 32, 'authorization.r'),
    s: integer(fields[5], 32, 'authorization.s'),
  };
}

function accessListOf(item: RlpItem | undefined): AccessListEntry[] {
  return listOf(item, undefined, 'accessList').map((entry) => {
    const fields = listOf(entry, 2, 'accessList entry');
    return {
      address: addressOf(fields[0], 'accessList address'),
      storageKeys: listOf(fields[1], undefined, 'accessList keys').map((key) => hashOf(key, 'accessList key')),
    };
  });
}

function recipient(item: RlpItem | undefined): Address | undefined {
  return item instanceof Uint8Array && item.length === 0 ? undefined : addressOf(item, 'to');
}

function addressOf(item: RlpItem | undefined, name: string): Address {
  const bytes = bytesOf(item, name);
  if (bytes.length !== 20) throw new DecodeError('malformed-field', `rlp: ${name} is not 20 bytes`);
  return `0x${bytesToPlainHex(bytes)}`;
}

function hashOf(item: RlpItem | undefined, name: string): Hash {
  const bytes = bytesOf(item, name);
  if (bytes.length !== 32) throw new DecodeError('malformed-field', `rlp: ${name} is not 32 bytes`);
  return bytesToHex(bytes);
}

function bytesOf(item: RlpItem | undefined, name: string): Uint8Array {
  if (!(item instanceof Uint8Array)) throw new DecodeError('malformed-field', `rlp: ${name} is not a string`);
  return item;
}

function integer(item: RlpItem | undefined, bytesMax: number, name: string): bigint {
  const bytes = bytesOf(item, name);
  if (bytes.length > bytesMax) throw new DecodeError('malformed-field', `rlp: ${name} has more than ${bytesMax * 8} bits`);
  if (bytes[0] === 0) throw new DecodeError('malformed-field', `rlp: ${name} has a leading zero`);
  return bytesToBigInt(bytes);
}

function listOf(item: RlpItem | undefined, length: number | undefined, name: string): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) throw new DecodeError('malformed-field', `rlp: ${name} is not a list`);
  if (length !== undefined && item.length !== length) {
    throw new DecodeError('malformed-field', `rlp: ${name} has ${item.length} fields, not ${length}`);
  }
  return item;
}
