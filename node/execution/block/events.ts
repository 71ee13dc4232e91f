/**
 * What blocks and Ethereum transactions tell Cosmos clients, with the names and the spelling that cosmos/evm gave them
 * (x/vm/keeper/msg_server.go, x/vm/types/events.go): `ethereum_tx` and `message` with addresses in EIP-55 form, `transfer` of the
 * bank module with `qanat1…` addresses. No event changes a hash. Transfers that contracts make emit none, as they emit no logs.
 */
import {sha256, toHex, type AbciEvent, type AbciEventAttribute} from '#proto';
import {accountBech32} from '../bech32.ts';
import {keccak256Hex} from '../keccak.ts';
import {ADDRESS_TEXTS_MAX} from '../limits.ts';
import type {TransactionOutcome} from '../processor.ts';
import type {Address, EthHeader, Transaction} from '../types.ts';

export const COIN_DENOM = 'aqanat';
const VM_ERROR_LENGTH_MAX = 256;

/** Of a transaction that is in the Ethereum block, whether it succeeded or not. */
export function transactionEvents(tx: Transaction, outcome: TransactionOutcome): AbciEvent[] {
  const succeeded = outcome.status === 'success';
  const ethereumTx = [
    plain('amount', tx.value.toString()),
    indexed('ethereumTxHash', tx.hash),
    plain('txGasUsed', outcome.gasUsed.toString()),
    plain('txHash', toHex(sha256(tx.raw))),
  ];
  if (tx.to !== undefined) ethereumTx.push(indexed('recipient', checksummed(tx.to)));
  if (outcome.createdAddress !== undefined) ethereumTx.push(indexed('contract', checksummed(outcome.createdAddress)));
  if (!succeeded) ethereumTx.push(indexed('ethereumTxFailed', (outcome.error ?? 'execution reverted').slice(0, VM_ERROR_LENGTH_MAX)));
  const events: AbciEvent[] = [
    {type: 'ethereum_tx', attributes: ethereumTx},
    {type: 'message', attributes: [plain('module', 'evm'), indexed('sender', checksummed(tx.sender)), plain('txType', String(tx.type))]},
  ];
  const recipient = tx.to ?? outcome.createdAddress;
  if (succeeded && tx.value > 0n && recipient !== undefined) {
    events.push({
      type: 'transfer',
      attributes: [
        indexed('recipient', remembered(bech32Texts, recipient, accountBech32)),
        indexed('sender', remembered(bech32Texts, tx.sender, accountBech32)),
        plain('amount', `${tx.value}${COIN_DENOM}`),
      ],
    });
  }
  return events;
}

/** Finds the Comet block of an Ethereum block's hash. */
export function blockEvents(header: EthHeader): AbciEvent[] {
  return [
    {
      type: 'ethereum_block',
      attributes: [indexed('hash', header.hash), plain('gasUsed', header.gasUsed.toString()), plain('baseFee', String(header.baseFeePerGas ?? 0n))],
    },
  ];
}

/** Texts of addresses: most accounts come again. */
const checksummedTexts = new Map<Address, string>();
const bech32Texts = new Map<Address, string>();

function remembered(texts: Map<Address, string>, address: Address, make: (address: Address) => string): string {
  let text = texts.get(address);
  if (text !== undefined) return text;
  text = make(address);
  if (texts.size >= ADDRESS_TEXTS_MAX) texts.clear();
  texts.set(address, text);
  return text;
}

/** EIP-55. */
export function checksummed(address: Address): string {
  return remembered(checksummedTexts, address, checksummedText);
}

function checksummedText(address: Address): string {
  const digits = address.slice(2);
  const hash = keccak256Hex(Buffer.from(digits, 'latin1'));
  let text = '0x';
  for (let i = 0; i < digits.length; i++) text += hash.charCodeAt(i) >= 0x38 ? digits[i]!.toUpperCase() : digits[i];
  return text;
}

const indexed = (key: string, value: string): AbciEventAttribute => ({key, value, index: true});
const plain = (key: string, value: string): AbciEventAttribute => ({key, value, index: false});
