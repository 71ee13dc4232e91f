import type {Address, Hash} from '../types.ts';

/** Warm addresses and slots of one transaction (EIP-2929), journalled by their order. */
export class Accessed {
  readonly #precompiles: ReadonlySet<Address>;
  readonly #addresses = new Set<Address>();
  readonly #slots = new Map<Address, Set<Hash>>();
  readonly #addressLog: Address[] = [];
  readonly #slotLog: Hash[] = [];
  readonly #slotOwners: Set<Hash>[] = [];

  /** Precompiles are always warm. */
  constructor(precompiles: ReadonlySet<Address>) {
    this.#precompiles = precompiles;
  }

  begin(addresses: readonly Address[], slots: readonly {readonly address: Address; readonly slot: Hash}[]): void {
    this.#addresses.clear();
    this.#slots.clear();
    for (const address of addresses) this.#addresses.add(address);
    for (const {address, slot} of slots) {
      this.#addresses.add(address);
      this.warmSlot(address, slot);
    }
    this.#addressLog.length = this.#slotLog.length = this.#slotOwners.length = 0;
  }

  /** For the rest of the transaction, whatever reverts. */
  pin(address: Address): void {
    this.#addresses.add(address);
  }

  isWarm(address: Address): boolean {
    return this.#addresses.has(address) || this.#precompiles.has(address);
  }

  /** @returns whether it was cold. */
  warm(address: Address): boolean {
    if (this.isWarm(address)) return false;
    this.#addresses.add(address);
    this.#addressLog.push(address);
    return true;
  }

  /** @returns whether it was cold. */
  warmSlot(address: Address, slot: Hash): boolean {
    let slots = this.#slots.get(address);
    if (slots === undefined) this.#slots.set(address, (slots = new Set()));
    else if (slots.has(slot)) return false;
    slots.add(slot);
    this.#slotLog.push(slot);
    this.#slotOwners.push(slots);
    return true;
  }

  get addressMark(): number {
    return this.#addressLog.length;
  }

  get slotMark(): number {
    return this.#slotLog.length;
  }

  revert(addressMark: number, slotMark: number): void {
    while (this.#addressLog.length > addressMark) this.#addresses.delete(this.#addressLog.pop()!);
    while (this.#slotLog.length > slotMark) this.#slotOwners.pop()!.delete(this.#slotLog.pop()!);
  }
}
