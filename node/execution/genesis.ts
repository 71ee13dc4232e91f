/** The execution layer's part of genesis.json: `app_state.evm`. */
import {z} from 'zod';
import {bigIntToBytes, bytesToHex, hexToBytes, padLeft} from './hex.ts';
import type {StateOverlay} from './state/overlay.ts';
import {EMPTY_ACCOUNT} from './state/types.ts';
import type {Address, Hash} from './types.ts';

const decimal = z.string().regex(/^\d{1,78}$/, 'a decimal integer');
const hexBytes = z.string().regex(/^0x([0-9a-fA-F]{2})*$/, '0x-prefixed hex');
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, '0x and 40 hex digits');
const word = z.string().regex(/^0x[0-9a-fA-F]{1,64}$/, '0x and up to 64 hex digits');

const evmStateSchema = z.object({
  evm: z.object({
    chainId: z.union([z.number().int().positive(), decimal]),
    gasLimit: decimal,
    baseFee: decimal,
    feeRecipients: z.record(z.string().regex(/^[0-9A-F]{40}$/, '40 upper-case hex digits'), address).default({}),
    alloc: z.record(
      address,
      z.object({balance: decimal, nonce: decimal.optional(), code: hexBytes.optional(), storage: z.record(word, word).optional()}),
    ),
  }),
});

export interface GenesisState {
  readonly chainId: bigint;
  readonly gasLimit: bigint;
  readonly baseFee: bigint;
  /** Ethereum address that gets a proposer's tips, by its consensus address in upper-case hex. */
  readonly feeRecipients: ReadonlyMap<string, Address>;
  readonly accounts: readonly GenesisAccountState[];
}

export interface GenesisAccountState {
  readonly address: Address;
  readonly balance: bigint;
  readonly nonce: bigint;
  readonly code: Uint8Array;
  readonly storage: ReadonlyMap<Hash, Uint8Array>;
}

/** Throws an Error that names the field. Genesis is given by the operator, but a typing error must not start a chain. */
export function parseGenesisState(appState: unknown): GenesisState {
  const parsed = evmStateSchema.safeParse(appState);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`genesis app_state: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`);
  }
  const {evm} = parsed.data;
  return {
    chainId: BigInt(evm.chainId),
    gasLimit: BigInt(evm.gasLimit),
    baseFee: BigInt(evm.baseFee),
    feeRecipients: new Map(Object.entries(evm.feeRecipients).map(([validator, recipient]) => [validator, recipient.toLowerCase() as Address])),
    accounts: Object.entries(evm.alloc).map(([key, account]) => ({
      address: key.toLowerCase() as Address,
      balance: BigInt(account.balance),
      nonce: BigInt(account.nonce ?? '0'),
      code: hexToBytes(account.code ?? '0x'),
      storage: new Map(Object.entries(account.storage ?? {}).map(([slot, value]) => [toSlot(slot), bigIntToBytes(BigInt(value))])),
    })),
  };
}

/** Puts the accounts into an empty state. */
export function applyGenesis(state: StateOverlay, accounts: readonly GenesisAccountState[]): void {
  for (const account of accounts) {
    state.putAccount(account.address, {...EMPTY_ACCOUNT, nonce: account.nonce, balance: account.balance});
    if (account.code.length > 0) state.putCode(account.address, account.code);
    for (const [slot, value] of account.storage) state.putSlot(account.address, slot, value);
  }
  // As others keep them: an account that genesis names exists even when it is empty.
  state.endTransaction(false);
}

function toSlot(hex: string): Hash {
  return bytesToHex(padLeft(bigIntToBytes(BigInt(hex)), 32));
}
