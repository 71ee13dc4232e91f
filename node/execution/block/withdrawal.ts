/** Withdrawals as a block's body and the withdrawals trie hold them (EIP-4895). */
import {bigIntToBytes, bytesToBigInt, bytesToHex, hexToBytes} from '../hex.ts';
import type {RlpItem} from '../rlp.ts';
import type {Withdrawal} from '../types.ts';

export function withdrawalItem(withdrawal: Withdrawal): RlpItem {
  return [bigIntToBytes(withdrawal.index), bigIntToBytes(withdrawal.validatorIndex), hexToBytes(withdrawal.address), bigIntToBytes(withdrawal.amount)];
}

/** From our own database. */
export function withdrawalOfItem(item: RlpItem): Withdrawal {
  const [index, validatorIndex, address, amount] = item as readonly Uint8Array[];
  if (index === undefined || validatorIndex === undefined || address === undefined || amount === undefined) throw new Error('database record: withdrawal expected');
  return {index: bytesToBigInt(index), validatorIndex: bytesToBigInt(validatorIndex), address: bytesToHex(address), amount: bytesToBigInt(amount)};
}
