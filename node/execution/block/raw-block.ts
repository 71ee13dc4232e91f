import {decodeRlp, encodeRlp} from '../rlp.ts';
import type {RlpItem} from '../rlp.ts';
import type {EthBlock, EthHeader} from '../types.ts';
import {headerItem} from './header.ts';
import {withdrawalItem} from './withdrawal.ts';

const RLP_LIST = 0xc0;

export function rawHeader(header: EthHeader): Uint8Array {
  return encodeRlp(headerItem(header));
}

/** RLP([header, transactions, uncles, withdrawals]), as blocks travel between Ethereum's nodes; before Shanghai there is no fourth. */
export function rawBlock({header, transactions, uncles = [], withdrawals = []}: EthBlock): Uint8Array {
  const item: RlpItem[] = [headerItem(header), transactions.map(({raw}) => (raw[0]! >= RLP_LIST ? decodeRlp(raw) : raw)), uncles.map((uncle) => headerItem(uncle.header))];
  if (header.withdrawalsRoot !== undefined) item.push(withdrawals.map(withdrawalItem));
  return encodeRlp(item);
}
