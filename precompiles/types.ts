/** What a SAP (AI-native precompile) is to the machine that runs it. */

/** 0x-prefixed lower-case hex. */
export type Hex = `0x${string}`;

/**
 * The storage of the SAP's own account, through the journal of the call it runs in: what is
 * written is undone when the call, or any call around it, reverts.
 */
export interface SapStorage {
  /** @param slot 32 bytes. Answers 32 bytes, zero when nothing was written. */
  get(slot: Uint8Array): Promise<Uint8Array>;
  /** @param slot 32 bytes @param value 32 bytes. Throws in a static or delegated call: a SAP refuses those first. */
  set(slot: Uint8Array, value: Uint8Array): Promise<void>;
}

export interface SapCall {
  readonly data: Uint8Array;
  /** EIP-155. */
  readonly chainId: bigint;
  /** Gas that the caller passed on. */
  readonly gas: bigint;
  /** 20 bytes. */
  readonly caller: Hex;
  /** Wei sent with the call; 0 in a DELEGATECALL, which moves nothing. */
  readonly value: bigint;
  /** Inside a STATICCALL at any depth. */
  readonly isStatic: boolean;
  /** By DELEGATECALL or CALLCODE: the caller's storage would be meant, not the SAP's. */
  readonly isDelegate: boolean;
  readonly storage: SapStorage;
}

/**
 * success: `output` is the return data. revert: `output` is an ABI-encoded error and the rest of
 * the gas goes back. failure: all gas is taken (out of gas), `output` is empty.
 */
export interface SapResult {
  readonly status: 'success' | 'revert' | 'failure';
  readonly output: Uint8Array;
  readonly gasUsed: bigint;
}

export interface Sap {
  readonly address: Hex;
  readonly name: string;
  /** A function of the input bytes only: never of state, caches or the machine. Charged before anything else is done. */
  gas(data: Uint8Array): bigint;
  /** Called with at least `gas(data)` of gas. Never throws on input; throws only when the process is broken. */
  run(call: SapCall): Promise<Omit<SapResult, 'gasUsed'>>;
}

/** An account of the genesis block. */
export interface GenesisAccount {
  readonly address: Hex;
  readonly balance: bigint;
  readonly nonce: bigint;
  readonly code: Uint8Array;
  readonly storage: ReadonlyMap<Hex, Hex>;
}
