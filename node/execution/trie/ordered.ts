import {bigIntToBytes, bytesToPlainHex} from '../hex.ts';
import {encodeRlp} from '../rlp.ts';
import {TrieSession} from './session.ts';

/** Root of the trie that maps RLP(index) to `values[index]`: a block's transactions or receipts. 32 bytes. */
export function orderedTrieRoot(values: readonly Uint8Array[]): Uint8Array {
  const session = new TrieSession(undefined, () => undefined);
  for (let i = 0; i < values.length; i++) {
    session.put(bytesToPlainHex(encodeRlp(bigIntToBytes(BigInt(i)))), values[i]!);
  }
  return session.hash();
}
