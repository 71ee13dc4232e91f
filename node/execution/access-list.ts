/** eth_createAccessList: what a call touches (EIP-2930), found by running it until the list no longer changes it. */
import type {AccessListOutcome, CallRequest, StateOverrides} from '../rpc/eth/backend.ts';
import {recoverAuthority} from './authorization.ts';
import {executeCall} from './call.ts';
import type {CallContext} from './call.ts';
import type {ExecutionEngine} from './engine.ts';
import {ChainError} from './errors.ts';
import {bigIntToFixed, bytesToHex} from './hex.ts';
import {ACCESS_LIST_ENTRIES_MAX, ACCESS_LIST_MS_MAX, ACCESS_LIST_ROUNDS_MAX} from './limits.ts';
import type {ExecutionObserver, ObservedFrame, ObservedStep} from './observer.ts';
import type {AccessListEntry, Address, Hash} from './types.ts';

const SLOT_OPCODES: ReadonlySet<number> = new Set([0x54, 0x55]);
/** BALANCE, EXTCODESIZE, EXTCODECOPY, EXTCODEHASH, SELFDESTRUCT: the address is on top of the stack. */
const ADDRESS_OPCODES: ReadonlySet<number> = new Set([0x31, 0x3b, 0x3c, 0x3f, 0xff]);
/** CALL, CALLCODE, DELEGATECALL, STATICCALL: it is below the gas. */
const CALL_OPCODES: ReadonlySet<number> = new Set([0xf1, 0xf2, 0xf4, 0xfa]);
const ADDRESS_MASK = (1n << 160n) - 1n;
const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`;

/** @param now milliseconds, of any origin. Throws ChainError; `call-aborted` when its time is over. */
export async function createAccessList(
  request: CallRequest,
  context: CallContext,
  stateOverrides: StateOverrides | undefined,
  engine: ExecutionEngine,
  now: () => number,
): Promise<AccessListOutcome> {
  const deadline = now() + ACCESS_LIST_MS_MAX;
  const checkTime = (): void => {
    if (now() > deadline) throw new ChainError('call-aborted', `execution aborted (timeout = ${ACCESS_LIST_MS_MAX / 1_000}s)`);
  };
  const excluded = new Set<Address>([request.from ?? ZERO_ADDRESS]);
  if (request.to !== undefined) excluded.add(request.to);
  for (const authorization of request.authorizationList ?? []) {
    const authority = recoverAuthority(authorization);
    if (authority !== undefined) excluded.add(authority);
  }
  const isExcluded = (address: Address): boolean => excluded.has(address) || engine.isPrecompile(address);
  let accessList = request.accessList ?? [];
  for (let round = 0; round < ACCESS_LIST_ROUNDS_MAX; round++) {
    const touched = new Touched(accessList, excluded, isExcluded, checkTime);
    const outcome = await executeCall({...request, accessList}, {...context, observer: touched}, stateOverrides, engine);
    const next = touched.list();
    if (isSame(next, accessList) || round === ACCESS_LIST_ROUNDS_MAX - 1) {
      const error = outcome.status === 'revert' ? 'execution reverted' : outcome.error;
      return {accessList: next, gasUsed: outcome.gasUsed, ...(error !== undefined && {error})};
    }
    checkTime();
    accessList = next;
  }
  throw new Error('unreachable: the last round returns');
}

class Touched implements ExecutionObserver {
  readonly #slots = new Map<Address, Set<Hash>>();
  readonly #excluded: Set<Address>;
  readonly #isExcluded: (address: Address) => boolean;
  /** In a long run, each time that others have had their turn. */
  readonly turn: () => void;
  #entries = 0;

  constructor(accessList: readonly AccessListEntry[], excluded: Set<Address>, isExcluded: (address: Address) => boolean, turn: () => void) {
    this.#excluded = excluded;
    this.#isExcluded = isExcluded;
    this.turn = turn;
    for (const {address, storageKeys} of accessList) {
      if (!isExcluded(address)) this.#slotsOf(address);
      for (const key of storageKeys) this.#addSlot(address, key);
    }
  }

  enter(frame: ObservedFrame): void {
    // The contract that a creation makes is warm without being named.
    if (frame.depth === 0 && frame.kind === 'CREATE') this.#excluded.add(frame.to);
  }

  step(step: ObservedStep): void {
    const {op, stackLength} = step;
    if (SLOT_OPCODES.has(op)) {
      if (stackLength >= 1) this.#addSlot(step.address, bytesToHex(bigIntToFixed(step.stackItem(0), 32)));
    } else if (ADDRESS_OPCODES.has(op)) {
      if (stackLength >= 1) this.#addAddress(step.stackItem(0));
    } else if (CALL_OPCODES.has(op) && stackLength >= 5) {
      this.#addAddress(step.stackItem(1));
    }
  }

  list(): AccessListEntry[] {
    return [...this.#slots].map(([address, slots]) => ({address, storageKeys: [...slots].sort()})).sort((a, b) => (a.address < b.address ? -1 : 1));
  }

  #addAddress(word: bigint): void {
    const address: Address = bytesToHex(bigIntToFixed(word & ADDRESS_MASK, 20));
    if (!this.#isExcluded(address)) this.#slotsOf(address);
  }

  #addSlot(address: Address, slot: Hash): void {
    const slots = this.#slotsOf(address);
    if (slots.has(slot)) return;
    this.#count();
    slots.add(slot);
  }

  #slotsOf(address: Address): Set<Hash> {
    let slots = this.#slots.get(address);
    if (slots === undefined) {
      this.#count();
      this.#slots.set(address, (slots = new Set()));
    }
    return slots;
  }

  #count(): void {
    if (++this.#entries > ACCESS_LIST_ENTRIES_MAX) throw new ChainError('limit-exceeded', `the access list has more than ${ACCESS_LIST_ENTRIES_MAX} entries`);
  }
}

function isSame(a: readonly AccessListEntry[], b: readonly AccessListEntry[]): boolean {
  const textOf = (list: readonly AccessListEntry[]): string =>
    JSON.stringify(list.map(({address, storageKeys}) => [address, [...new Set(storageKeys)].sort()] as const).sort(([x], [y]) => (x < y ? -1 : 1)));
  return textOf(a) === textOf(b);
}
