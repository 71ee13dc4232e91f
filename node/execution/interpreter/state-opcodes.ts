/** Instructions that read or write accounts and storage. */
import {bigIntToBytes, bytesToBigInt, EMPTY} from '../hex.ts';
import {OUT_OF_GAS, STACK_UNDERFLOW, WRITE_PROTECTION} from './failure.ts';
import type {Failure} from './failure.ts';
import type {CallFrame} from './frame.ts';
import {
  COLD_ACCOUNT_GAS,
  COLD_SLOT_GAS,
  NEW_ACCOUNT_GAS,
  SELFDESTRUCT_GAS,
  SELFDESTRUCT_REFUND_BERLIN,
  SSTORE_RESET_GAS,
  SSTORE_SENTRY_GAS,
  SSTORE_SET_GAS,
  WARM_ACCESS_GAS,
} from './gas.ts';
import type {Machine} from './machine.ts';
import {EMPTY_ACCOUNT} from '../state/types.ts';

const BALANCE = 0x31;
const EXTCODESIZE = 0x3b;
const BLOCK_HASHES = 256n;

/** BALANCE, EXTCODESIZE, EXTCODEHASH. */
export function lookAtAccount(machine: Machine, frame: CallFrame, opcode: number): Failure | undefined {
  const {stack, accessed, state} = machine;
  const {sp} = frame;
  if (sp < frame.base + 1) return STACK_UNDERFLOW;
  const address = machine.addressOf(stack[sp - 1]!);
  const cost = accessed.warm(address) ? COLD_ACCOUNT_GAS : WARM_ACCESS_GAS;
  if (frame.gas < cost) return OUT_OF_GAS;
  frame.gas -= cost;
  const account = state.account(address);
  if (opcode === BALANCE) stack[sp - 1] = account?.balance ?? 0n;
  else if (opcode === EXTCODESIZE) stack[sp - 1] = BigInt(machine.codeOf(account).length);
  else stack[sp - 1] = machine.isDead(account) ? 0n : BigInt(account!.codeHash);
  return undefined;
}

export function blockHash(machine: Machine, frame: CallFrame): Failure | undefined {
  const {stack, block} = machine;
  const {sp} = frame;
  if (sp < frame.base + 1) return STACK_UNDERFLOW;
  const number = stack[sp - 1]!;
  const isKnown = number < block.number && block.number - number <= BLOCK_HASHES;
  stack[sp - 1] = isKnown ? machine.blockHash(number) : 0n;
  return undefined;
}

export function loadSlot(machine: Machine, frame: CallFrame): Failure | undefined {
  const {stack} = machine;
  const {sp} = frame;
  if (sp < frame.base + 1) return STACK_UNDERFLOW;
  const slot = machine.slotOf(stack[sp - 1]!);
  const cost = machine.accessed.warmSlot(frame.address, slot) ? COLD_SLOT_GAS : WARM_ACCESS_GAS;
  if (frame.gas < cost) return OUT_OF_GAS;
  frame.gas -= cost;
  stack[sp - 1] = bytesToBigInt(machine.state.slot(frame.address, slot));
  return undefined;
}

/** EIP-2200 with 2929 and 3529. */
export function storeSlot(machine: Machine, frame: CallFrame): Failure | undefined {
  if (frame.isStatic) return WRITE_PROTECTION;
  const {stack, state} = machine;
  const {sp, address} = frame;
  if (sp < frame.base + 2) return STACK_UNDERFLOW;
  if (frame.gas <= SSTORE_SENTRY_GAS) return OUT_OF_GAS;
  const slot = machine.slotOf(stack[sp - 1]!);
  const value = stack[sp - 2]!;
  const current = bytesToBigInt(state.slot(address, slot));
  const original = current === value ? current : bytesToBigInt(state.originalSlot(address, slot));
  let cost = machine.accessed.warmSlot(address, slot) ? COLD_SLOT_GAS : 0;
  if (current === value || original !== current) cost += WARM_ACCESS_GAS;
  else cost += original === 0n ? SSTORE_SET_GAS : SSTORE_RESET_GAS;
  if (current !== value) machine.refund += refundOf(original, current, value, machine.rules.clearRefund);
  if (frame.gas < cost) return OUT_OF_GAS;
  frame.gas -= cost;
  frame.sp = sp - 2;
  state.putSlot(address, slot, value === 0n ? EMPTY : bigIntToBytes(value));
  return undefined;
}

function refundOf(original: bigint, current: bigint, value: bigint, clearRefund: number): number {
  if (original === current) return original !== 0n && value === 0n ? clearRefund : 0;
  let refund = 0;
  if (original !== 0n) {
    if (current === 0n) refund -= clearRefund;
    else if (value === 0n) refund += clearRefund;
  }
  if (original === value) refund += (original === 0n ? SSTORE_SET_GAS : SSTORE_RESET_GAS) - WARM_ACCESS_GAS;
  return refund;
}

/** Ends the frame; the account itself goes at the end of the transaction, since EIP-6780 only if it was made in it. */
export function selfDestruct(machine: Machine, frame: CallFrame): Failure | undefined {
  if (frame.isStatic) return WRITE_PROTECTION;
  const {stack, state, accessed, rules} = machine;
  const {sp, address} = frame;
  if (sp < frame.base + 1) return STACK_UNDERFLOW;
  const beneficiary = machine.addressOf(stack[sp - 1]!);
  const own = state.account(address) ?? EMPTY_ACCOUNT;
  const heir = state.account(beneficiary);
  let cost = SELFDESTRUCT_GAS;
  if (own.balance > 0n && machine.isDead(heir)) cost += NEW_ACCOUNT_GAS;
  if (accessed.warm(beneficiary)) cost += COLD_ACCOUNT_GAS;
  if (frame.gas < cost) return OUT_OF_GAS;
  frame.gas -= cost;
  frame.sp = sp - 1;
  const isOwn = beneficiary === address;
  if (!machine.destroyed.includes(address)) {
    machine.destroyed.push(address);
    if (!rules.isLondon) machine.refund += SELFDESTRUCT_REFUND_BERLIN;
  }
  if (!isOwn) {
    if (own.balance === 0n) machine.touch(beneficiary, heir);
    else state.putAccount(beneficiary, {...(heir ?? EMPTY_ACCOUNT), balance: (heir?.balance ?? 0n) + own.balance});
  }
  if (!isOwn || !rules.isCancun || machine.created.includes(address)) state.putAccount(address, {...own, balance: 0n});
  return undefined;
}
