import {fitsBlock, transactionSize} from './block/eth-block.ts';
import {TransactionError} from './errors.ts';
import {EMPTY} from './hex.ts';
import type {ForkRules} from './rules.ts';
import {EMPTY_ACCOUNT, EMPTY_CODE_HASH} from './state/types.ts';
import type {StateSource} from './state/types.ts';
import type {Address, Transaction} from './types.ts';
import {maxCost, validateTransaction} from './validity.ts';

export interface AdmissionRules {
  readonly state: StateSource;
  readonly baseFee: bigint;
  readonly gasLimit: bigint;
  readonly rules: ForkRules;
}

/**
 * Which transactions may be proposed together, as a function of the committed state alone, without executing: per sender the nonces
 * follow on, and the balance before the block covers the dearest outcome of all of them; the gas limits fit the block, the bytes
 * EIP-7934; there are no blobs on this chain. Proposers fill blocks by this rule and validators reject a proposal that breaks it. What an execution can still upset
 * (an EIP-7702 account whose nonce or balance other transactions move) is left out of the Ethereum block with result code 2.
 */
export class Admission {
  readonly #rules: AdmissionRules;
  readonly #fees: {readonly baseFeePerGas: bigint; readonly blobBaseFee: bigint};
  readonly #senders = new Map<Address, {nonce: bigint; balance: bigint; code: Uint8Array}>();
  #gas = 0n;
  #bytes = 0;

  constructor(rules: AdmissionRules) {
    this.#rules = rules;
    this.#fees = {baseFeePerGas: rules.baseFee, blobBaseFee: 0n};
  }

  get gasLeft(): bigint {
    return this.#rules.gasLimit - this.#gas;
  }

  /** Counts `tx` in, or says why not and stays as it was. */
  add(tx: Transaction): TransactionError | undefined {
    if (tx.type === 3) return new TransactionError('type-not-supported', 'transaction type not supported');
    if (tx.gasLimit > this.gasLeft) return new TransactionError('block-gas-exceeded', `gas limit reached: have ${this.gasLeft}, want ${tx.gasLimit}`);
    const bytes = this.#bytes + transactionSize(tx.raw);
    if (this.#rules.rules.isOsaka && !fitsBlock(bytes)) return new TransactionError('block-gas-exceeded', 'block size limit reached');
    const sender = this.#senders.get(tx.sender) ?? this.#load(tx.sender);
    try {
      validateTransaction(tx, sender, this.#fees, this.#rules.rules);
    } catch (error) {
      if (error instanceof TransactionError) return error;
      throw error;
    }
    sender.nonce += 1n;
    sender.balance -= maxCost(tx);
    this.#senders.set(tx.sender, sender);
    this.#gas += tx.gasLimit;
    this.#bytes = bytes;
    return undefined;
  }

  #load(address: Address): {nonce: bigint; balance: bigint; code: Uint8Array} {
    const {nonce, balance, codeHash} = this.#rules.state.account(address) ?? EMPTY_ACCOUNT;
    return {nonce, balance, code: codeHash === EMPTY_CODE_HASH ? EMPTY : this.#rules.state.codeOf(codeHash)};
  }
}
