import type {Address} from '../types.ts';

/** Storage that ends with the transaction (EIP-1153). */
export class TransientStorage {
  readonly #slots = new Map<Address, Map<bigint, bigint>>();
  readonly #log: {readonly slots: Map<bigint, bigint>; readonly key: bigint; readonly before: bigint}[] = [];

  clear(): void {
    if (this.#log.length === 0) return;
    this.#slots.clear();
    this.#log.length = 0;
  }

  load(address: Address, key: bigint): bigint {
    return this.#slots.get(address)?.get(key) ?? 0n;
  }

  store(address: Address, key: bigint, value: bigint): void {
    let slots = this.#slots.get(address);
    if (slots === undefined) this.#slots.set(address, (slots = new Map()));
    this.#log.push({slots, key, before: slots.get(key) ?? 0n});
    slots.set(key, value);
  }

  get mark(): number {
    return this.#log.length;
  }

  revert(mark: number): void {
    while (this.#log.length > mark) {
      const {slots, key, before} = this.#log.pop()!;
      slots.set(key, before);
    }
  }
}
