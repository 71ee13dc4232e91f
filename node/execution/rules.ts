/** Which rules are in force. The chain runs Osaka from genesis; older and newer sets serve imported chains and the official vectors. */

/** In the order in which Ethereum's mainnet took them. */
const HARDFORKS = [
  'chainstart',
  'homestead',
  'tangerineWhistle',
  'spuriousDragon',
  'byzantium',
  'constantinople',
  'petersburg',
  'istanbul',
  'muirGlacier',
  'berlin',
  'london',
  'arrowGlacier',
  'grayGlacier',
  'paris',
  'shanghai',
  'cancun',
  'prague',
  'osaka',
  'bpo1',
  'bpo2',
] as const;

export type Hardfork = (typeof HARDFORKS)[number];

export function hasReached(hardfork: Hardfork, first: Hardfork): boolean {
  return HARDFORKS.indexOf(hardfork) >= HARDFORKS.indexOf(first);
}

/** EIP-4844, 7691, 7892: blobs per block, and how fast their price follows. */
export interface BlobParameters {
  readonly target: bigint;
  readonly max: bigint;
  readonly updateFraction: bigint;
}

export interface ForkRules {
  readonly hardfork: Hardfork;
  /** EIP-2, 7: low s, the price of a creation, no half-made contracts. */
  readonly isHomestead: boolean;
  /** EIP-155, 158, 161, 170: replay protection; empty accounts vanish when touched. */
  readonly isSpuriousDragon: boolean;
  /** EIP-658: receipts say whether the transaction succeeded instead of the state root after it. */
  readonly isByzantium: boolean;
  /** EIP-2028: cheaper calldata. */
  readonly isIstanbul: boolean;
  /** EIP-2718, 2929, 2930: typed transactions, access lists, warm and cold. */
  readonly isBerlin: boolean;
  /** EIP-1559, 3529: base fee, smaller refunds. */
  readonly isLondon: boolean;
  /** EIP-3675, 4399: no proof of work. */
  readonly isMerge: boolean;
  /** EIP-3651, 3860, 4895: warm coinbase, metered init code, withdrawals. */
  readonly isShanghai: boolean;
  /** EIP-4788, 4844, 6780: beacon roots, blobs, a SELFDESTRUCT that keeps older contracts. */
  readonly isCancun: boolean;
  /** EIP-2935, 7623, 7702. */
  readonly isPrague: boolean;
  /** EIP-7825, 7934 (and inside the EVM 7823, 7883, 7939, 7951). */
  readonly isOsaka: boolean;
  /** The greatest EIP-2718 type in force. */
  readonly transactionTypeMax: 0 | 1 | 2 | 3 | 4;
  /** undefined before Cancun. */
  readonly blobs: BlobParameters | undefined;
}

const BLOBS: Partial<Record<Hardfork, BlobParameters>> = {
  cancun: {target: 3n, max: 6n, updateFraction: 3_338_477n},
  prague: {target: 6n, max: 9n, updateFraction: 5_007_716n},
  osaka: {target: 6n, max: 9n, updateFraction: 5_007_716n},
  bpo1: {target: 10n, max: 15n, updateFraction: 8_346_193n},
  bpo2: {target: 14n, max: 21n, updateFraction: 11_684_671n},
};

/** `blobs`: for chains whose genesis says other numbers than mainnet (EIP-7892). */
export function forkRules(hardfork: Hardfork, blobs: BlobParameters | undefined = BLOBS[hardfork]): ForkRules {
  const from = (first: Hardfork): boolean => hasReached(hardfork, first);
  return {
    hardfork,
    isHomestead: from('homestead'),
    isSpuriousDragon: from('spuriousDragon'),
    isByzantium: from('byzantium'),
    isIstanbul: from('istanbul'),
    isBerlin: from('berlin'),
    isLondon: from('london'),
    isMerge: from('paris'),
    isShanghai: from('shanghai'),
    isCancun: from('cancun'),
    isPrague: from('prague'),
    isOsaka: from('osaka'),
    transactionTypeMax: from('prague') ? 4 : from('cancun') ? 3 : from('london') ? 2 : from('berlin') ? 1 : 0,
    blobs: from('cancun') ? blobs : undefined,
  };
}

/** A fork of a chain, and where it begins: at a block, or at a time in seconds. */
export interface ScheduledFork {
  readonly rules: ForkRules;
  readonly block: bigint | undefined;
  readonly timestamp: bigint | undefined;
}

/** The rules of each block of a chain. */
export interface ForkSchedule {
  /** In order; without the rules that hold before the first of them. */
  readonly forks: readonly ScheduledFork[];
  rulesAt(number: bigint, timestamp: bigint): ForkRules;
}

/** The same rules from genesis on. */
export function constantSchedule(hardfork: Hardfork): ForkSchedule {
  const rules = forkRules(hardfork);
  return {forks: [{rules, block: 0n, timestamp: undefined}], rulesAt: () => rules};
}

/** Forks up to the merge begin at a block, later ones at a time in seconds. */
export interface ForkActivation {
  readonly hardfork: Hardfork;
  readonly block?: bigint;
  readonly timestamp?: bigint;
  readonly blobs?: BlobParameters;
}

/**
 * The latest fork whose block or time has come; `chainstart` before all of them. Several may begin at the same place.
 * @throws Error when they are not in the order of their introduction, or one has neither block nor time.
 */
export function forkSchedule(activations: readonly ForkActivation[]): ForkSchedule {
  const steps: readonly ScheduledFork[] = activations.map(({hardfork, block, timestamp, blobs}) => {
    if ((block === undefined) === (timestamp === undefined)) throw new Error(`fork ${hardfork}: a block or a time is needed`);
    return {block, timestamp, rules: forkRules(hardfork, blobs)};
  });
  for (let i = 1; i < steps.length; i++) {
    const [earlier, later] = [steps[i - 1]!, steps[i]!];
    const isOrdered =
      HARDFORKS.indexOf(earlier.rules.hardfork) < HARDFORKS.indexOf(later.rules.hardfork) &&
      (earlier.block === undefined ? later.timestamp !== undefined && later.timestamp >= earlier.timestamp! : later.block === undefined || later.block >= earlier.block);
    if (!isOrdered) throw new Error(`fork ${later.rules.hardfork} stands after ${earlier.rules.hardfork}`);
  }
  const first = forkRules('chainstart');
  return {
    forks: steps,
    rulesAt: (number, timestamp) => {
      for (let i = steps.length - 1; i >= 0; i--) {
        const step = steps[i]!;
        if (step.block === undefined ? timestamp >= step.timestamp! : number >= step.block) return step.rules;
      }
      return first;
    },
  };
}
