/** The changes of state and environment that a call may ask for (geth's internal/ethapi/override). */
import type {AccountOverride, BlockOverrides, StateOverrides} from '../rpc/eth/backend.ts';
import {checksumAddress} from './checksum.ts';
import type {BlockEnvironment} from './engine.ts';
import {ChainError} from './errors.ts';
import {hexToBytes, trimLeft} from './hex.ts';
import type {StateOverlay} from './state/overlay.ts';
import {EMPTY_ACCOUNT} from './state/types.ts';
import type {Address} from './types.ts';

/** By address that answers as a precompile: whose precompile; undefined: none any more. */
export type PrecompileMoves = ReadonlyMap<Address, Address | undefined>;

/**
 * Writes the overrides as if a transaction before the call had made them, and says which precompiles moved: an address that is
 * overridden is no precompile any more. undefined when none did. Throws ChainError `call-rejected`.
 */
export function applyStateOverrides(state: StateOverlay, overrides: StateOverrides | undefined, isPrecompile: (address: Address) => boolean): PrecompileMoves | undefined {
  if (overrides === undefined || overrides.size === 0) return undefined;
  const moves = new Map<Address, Address | undefined>();
  for (const [address, override] of overrides) {
    const target = override.movePrecompileToAddress;
    if (target !== undefined) {
      if (!isPrecompile(address)) reject(`account ${checksumAddress(address)} is not a precompile`);
      if (overrides.has(target)) reject(`account ${checksumAddress(target)} is already overridden`);
      moves.set(target, address);
    }
    if (isPrecompile(address)) moves.set(address, undefined);
    overrideAccount(state, address, override);
  }
  // What an override left empty stays: nobody has touched it since.
  state.endTransaction(false);
  return moves.size === 0 ? undefined : moves;
}

export function overrideAccount(state: StateOverlay, address: Address, override: AccountOverride): void {
  const {balance, nonce, code} = override;
  if (override.state !== undefined && override.stateDiff !== undefined) reject(`account ${checksumAddress(address)} has both 'state' and 'stateDiff'`);
  const slots = override.state ?? override.stateDiff;
  const account = state.account(address);
  const isMade = account === undefined && (override.state !== undefined || (slots?.size ?? 0) > 0);
  if (balance !== undefined || nonce !== undefined || isMade) {
    const before = account ?? EMPTY_ACCOUNT;
    state.putAccount(address, {...before, balance: balance ?? before.balance, nonce: nonce ?? before.nonce});
  }
  if (code !== undefined) state.putCode(address, code);
  if (override.state !== undefined) state.clearStorage(address);
  for (const [slot, value] of slots ?? []) state.putSlot(address, slot, trimLeft(hexToBytes(value)));
}

export function overrideBlock(block: BlockEnvironment, overrides: BlockOverrides | undefined): BlockEnvironment {
  if (overrides === undefined) return block;
  return {
    ...block,
    number: overrides.number ?? block.number,
    timestamp: overrides.time ?? block.timestamp,
    gasLimit: overrides.gasLimit ?? block.gasLimit,
    miner: overrides.feeRecipient ?? block.miner,
    prevRandao: overrides.prevRandao ?? block.prevRandao,
    baseFeePerGas: overrides.baseFeePerGas ?? block.baseFeePerGas,
    blobBaseFee: overrides.blobBaseFee ?? block.blobBaseFee,
    difficulty: overrides.difficulty ?? block.difficulty,
  };
}

function reject(message: string): never {
  throw new ChainError('call-rejected', message);
}
