/** Hex as Ethereum's JSON-RPC spells it: quantities without leading zeros, data as whole bytes. */
import type {Hex} from '#node/execution';

export const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`;

export const data = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;

/** A 32-byte word. */
export const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`;

/** Of hex that this node made itself. */
export const hexBytes = (hex: Hex): Uint8Array => Buffer.from(hex.slice(2), 'hex');
