/** What a contract said when it reverted (Solidity's Error(string) and Panic(uint256)), in go-ethereum's words (accounts/abi UnpackRevert). */

const ERROR_SELECTOR = '08c379a0';
const PANIC_SELECTOR = '4e487b71';

const PANICS: Readonly<Record<string, string>> = {
  '0': 'generic panic',
  '1': 'assert(false)',
  '17': 'arithmetic underflow or overflow',
  '18': 'division or modulo by zero',
  '33': 'enum overflow',
  '34': 'invalid encoded storage byte array accessed',
  '49': 'out-of-bounds array access; popping on an empty array',
  '50': 'out-of-bounds access of an array or bytesN',
  '65': 'out of memory',
  '81': 'uninitialized function',
};

/** A reason is shown up to this length; all of it is in the error's data. */
const REASON_BYTES_MAX = 4_096;

/** undefined when the data is not one of the two, or is malformed. */
export function revertReason(bytes: Uint8Array): string | undefined {
  if (bytes.length < 4) return undefined;
  const selector = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  const body = bytes.subarray(4);
  if (selector === PANIC_SELECTOR && body.length >= 32) {
    const code = wordAt(body, 0);
    return PANICS[code.toString()] ?? `unknown panic code: 0x${code.toString(16)}`;
  }
  if (selector === ERROR_SELECTOR && body.length >= 64) {
    const offset = wordAt(body, 0);
    if (offset + 32n > BigInt(body.length)) return undefined;
    const length = wordAt(body, Number(offset));
    if (offset + 32n + length > BigInt(body.length)) return undefined;
    const start = Number(offset) + 32;
    return Buffer.from(body.subarray(start, start + Math.min(Number(length), REASON_BYTES_MAX))).toString('utf8');
  }
  return undefined;
}

const wordAt = (bytes: Uint8Array, offset: number): bigint => BigInt(`0x${Buffer.from(bytes.subarray(offset, offset + 32)).toString('hex')}`);
