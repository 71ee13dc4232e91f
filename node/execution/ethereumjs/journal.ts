import type {EVM} from '@ethereumjs/evm';
import type {Account as EvmAccount, Address as EvmAddress} from '@ethereumjs/util';
import {bytesToHex, bytesToPlainHex} from '../hex.ts';
import type {OverlayStateManager} from './state-manager.ts';

type Undo = {readonly address: string; readonly slot: string | undefined};

/**
 * Warm addresses and slots of one transaction (EIP-2929), in place of @ethereumjs/evm's journal: what a transaction always has warm
 * is not copied into it anew each time, and touched accounts are the overlay's business.
 */
export class WarmJournal {
  readonly #states: OverlayStateManager;
  readonly #precompiles: ReadonlySet<string>;
  readonly #pinned = new Set<string>();
  readonly #pinnedSlots = new Set<string>();
  readonly #addresses = new Set<string>();
  readonly #slots = new Set<string>();
  readonly #undo: Undo[] = [];
  readonly #checkpoints: number[] = [];

  /** `precompiles`: addresses in hex without 0x. */
  constructor(states: OverlayStateManager, precompiles: ReadonlySet<string>) {
    this.#states = states;
    this.#precompiles = precompiles;
  }

  /** Puts this journal into `evm`. */
  static install(evm: EVM, states: OverlayStateManager): WarmJournal {
    const journal = new WarmJournal(states, new Set(evm.precompiles.keys()));
    // The class is nominal by its private members only; these methods are all that the EVM and its opcodes call.
    evm.journal = journal as unknown as EVM['journal'];
    return journal;
  }

  cleanJournal(): void {
    this.#pinned.clear();
    this.#pinnedSlots.clear();
    this.#addresses.clear();
    this.#slots.clear();
    this.#undo.length = 0;
    this.#checkpoints.length = 0;
  }

  async checkpoint(): Promise<void> {
    this.#checkpoints.push(this.#undo.length);
    await this.#states.checkpoint();
  }

  async commit(): Promise<void> {
    this.#checkpoints.pop();
    await this.#states.commit();
  }

  async revert(): Promise<void> {
    const length = this.#checkpoints.pop() ?? 0;
    while (this.#undo.length > length) {
      const {address, slot} = this.#undo.pop()!;
      if (slot === undefined) this.#addresses.delete(address);
      else this.#slots.delete(address + slot);
    }
    await this.#states.revert();
  }

  putAccount(address: EvmAddress, account: EvmAccount): Promise<void> {
    return this.#states.putAccount(address, account);
  }

  deleteAccount(address: EvmAddress): Promise<void> {
    return this.#states.deleteAccount(address);
  }

  addAlwaysWarmAddress(address: string): void {
    this.#pinned.add(address.startsWith('0x') ? address.slice(2) : address);
  }

  addAlwaysWarmSlot(address: string, slot: string): void {
    this.addAlwaysWarmAddress(address);
    this.#pinnedSlots.add(address.slice(2) + slot.slice(2));
  }

  isWarmedAddress(address: Uint8Array): boolean {
    return this.#isWarm(bytesToPlainHex(address));
  }

  addWarmedAddress(address: Uint8Array): void {
    this.#warm(bytesToPlainHex(address));
  }

  isWarmedStorage(address: Uint8Array, slot: Uint8Array): boolean {
    const key = bytesToPlainHex(address) + bytesToPlainHex(slot);
    return this.#slots.has(key) || this.#pinnedSlots.has(key);
  }

  addWarmedStorage(address: Uint8Array, slot: Uint8Array): void {
    this.warmSlot(bytesToHex(address), bytesToHex(slot));
  }

  /** Warms a slot, both in hex with 0x; whether it was cold. */
  warmSlot(address: string, slot: string): boolean {
    const plain = address.slice(2);
    this.#warm(plain);
    const plainSlot = slot.slice(2);
    const key = plain + plainSlot;
    if (this.#slots.has(key) || this.#pinnedSlots.has(key)) return false;
    this.#slots.add(key);
    this.#undo.push({address: plain, slot: plainSlot});
    return true;
  }

  #isWarm(address: string): boolean {
    return this.#addresses.has(address) || this.#pinned.has(address) || this.#precompiles.has(address);
  }

  #warm(address: string): void {
    if (this.#isWarm(address)) return;
    this.#addresses.add(address);
    this.#undo.push({address, slot: undefined});
  }
}
