/**
 * The pooled transactions of one sender, ascending by nonce. A prefix of them is `pending`: it continues the account's nonce
 * without a gap and the account can pay for all of it at its highest price. The rest is `queued`.
 */
import type {Address, StateReader, Transaction} from '#node/execution';

export interface PooledTransaction {
  readonly tx: Transaction;
  /** Order of arrival. */
  readonly sequence: number;
  /** The most that inclusion can take from the sender: gasLimit · maxFeePerGas + value, wei. */
  readonly cost: bigint;
  /** Submitted to this node, not heard from others. */
  readonly isLocal: boolean;
  /** Whose accounts it delegates (EIP-7702). */
  readonly authorities: ReadonlySet<Address>;
}

export const NO_AUTHORITIES: ReadonlySet<Address> = new Set();

/** gasLimit · maxFeePerGas + value, wei. */
export const costOf = (tx: Transaction): bigint => tx.gasLimit * tx.maxFeePerGas + tx.value;

/** What the proposer earns per gas at a base fee; negative when the transaction cannot be included at that base fee. */
export function effectiveTip(tx: Transaction, baseFee: bigint): bigint {
  const room = tx.maxFeePerGas - baseFee;
  return room < tx.maxPriorityFeePerGas ? room : tx.maxPriorityFeePerGas;
}

export class SenderQueue {
  readonly address: Address;
  readonly items: PooledTransaction[] = [];
  /** Length of the pending prefix, and its summed cost. */
  pendingCount = 0;
  pendingCost = 0n;
  stateNonce = 0n;
  balance = 0n;
  /** Value of the pool's block counter when nonce and balance were last read. */
  readAt = -1;
  lastActiveMs = 0;

  constructor(address: Address) {
    this.address = address;
  }

  get queuedCount(): number {
    return this.items.length - this.pendingCount;
  }

  /** The nonce that continues the pending prefix. */
  get nextNonce(): bigint {
    return this.stateNonce + BigInt(this.pendingCount);
  }

  get tail(): PooledTransaction | undefined {
    return this.items[this.items.length - 1];
  }

  /** Index of the transaction with this nonce, or where it would stand. */
  position(nonce: bigint): number {
    const {items} = this;
    let low = 0;
    let high = items.length;
    // Nearly all arrive in order.
    if (high > 0 && items[high - 1]!.tx.nonce < nonce) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (items[middle]!.tx.nonce < nonce) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  find(nonce: bigint): PooledTransaction | undefined {
    const item = this.items[this.position(nonce)];
    return item?.tx.nonce === nonce ? item : undefined;
  }

  /** Puts a transaction in its place; gives back the one with the same nonce that it displaces. */
  insert(item: PooledTransaction): PooledTransaction | undefined {
    const index = this.position(item.tx.nonce);
    const present = this.items[index];
    if (present !== undefined && present.tx.nonce === item.tx.nonce) {
      this.items[index] = item;
      if (index < this.pendingCount) this.pendingCost += item.cost - present.cost;
      return present;
    }
    if (index === this.items.length) this.items.push(item);
    else this.items.splice(index, 0, item);
    return undefined;
  }

  /** Extends the pending prefix as far as nonces and balance allow; gives back what became pending. */
  promote(): PooledTransaction[] {
    const promoted: PooledTransaction[] = [];
    let next = this.nextNonce;
    for (;;) {
      const item = this.items[this.pendingCount];
      if (item === undefined || item.tx.nonce !== next || this.pendingCost + item.cost > this.balance) return promoted;
      this.pendingCount++;
      this.pendingCost += item.cost;
      next++;
      promoted.push(item);
    }
  }

  /**
   * Reads the account anew: drops what it has used, and takes out of the prefix what it can no longer pay for.
   * Linear in what leaves, not in what stays: one splice, and a walk back from the end of the prefix.
   */
  refresh(state: StateReader, readAt: number): {dropped: PooledTransaction[]; promoted: PooledTransaction[]} {
    this.readAt = readAt;
    const nonce = state.nonce(this.address);
    this.balance = state.balance(this.address);
    const wentBack = nonce < this.stateNonce;
    this.stateNonce = nonce;
    const used = this.position(nonce);
    const dropped = used === 0 ? [] : this.items.splice(0, used);
    if (wentBack || used > this.pendingCount || (this.pendingCount > used && this.items[0]!.tx.nonce !== nonce)) {
      this.pendingCount = 0;
      this.pendingCost = 0n;
    } else {
      for (let i = 0; i < used; i++) this.pendingCost -= dropped[i]!.cost;
      this.pendingCount -= used;
      while (this.pendingCount > 0 && this.pendingCost > this.balance) {
        this.pendingCount--;
        this.pendingCost -= this.items[this.pendingCount]!.cost;
      }
    }
    return {dropped, promoted: this.promote()};
  }

  /** Takes out the transaction with this nonce; what comes after it waits behind a gap then. */
  remove(nonce: bigint): PooledTransaction | undefined {
    const index = this.position(nonce);
    const item = this.items[index];
    if (item === undefined || item.tx.nonce !== nonce) return undefined;
    this.items.splice(index, 1);
    for (; this.pendingCount > index; this.pendingCount--) {
      this.pendingCost -= this.pendingCount - 1 === index ? item.cost : this.items[this.pendingCount - 2]!.cost;
    }
    return item;
  }

  /** Takes the last transaction out. */
  pop(): PooledTransaction | undefined {
    const item = this.items.pop();
    if (item !== undefined && this.pendingCount > this.items.length) {
      this.pendingCount = this.items.length;
      this.pendingCost -= item.cost;
    }
    return item;
  }

  /** Whether its first transaction could stand in a block with this base fee. */
  hasWork(baseFee: bigint): boolean {
    return this.pendingCount > 0 && this.items[0]!.tx.maxFeePerGas >= baseFee;
  }

  split(): {readonly pending: readonly Transaction[]; readonly queued: readonly Transaction[]} {
    const all = this.items.map((item) => item.tx);
    return {pending: all.slice(0, this.pendingCount), queued: all.slice(this.pendingCount)};
  }

  /** Takes all queued transactions out. */
  clearQueued(): PooledTransaction[] {
    return this.items.splice(this.pendingCount);
  }
}
