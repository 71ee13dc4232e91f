/** Which rules are in force. The chain runs Osaka from genesis; older sets serve imported test chains. */
export type Hardfork = 'cancun' | 'prague' | 'osaka';

export interface ForkRules {
  readonly hardfork: Hardfork;
  /** Prague: EIP-2935, 7623, 7702. */
  readonly isPrague: boolean;
  /** Osaka: EIP-7825, 7934 (and inside the EVM 7823, 7883, 7939, 7951). */
  readonly isOsaka: boolean;
}

const ORDER: readonly Hardfork[] = ['cancun', 'prague', 'osaka'];

export function forkRules(hardfork: Hardfork): ForkRules {
  const level = ORDER.indexOf(hardfork);
  return {hardfork, isPrague: level >= 1, isOsaka: level >= 2};
}
