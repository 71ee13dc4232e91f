import type {Address} from 'viem';

/** What an InferenceRequested event says. */
export interface InferenceRequested {
  readonly requestId: bigint;
  readonly assetId: bigint;
  readonly requester: Address;
  readonly input: readonly bigint[];
  readonly callback: Address;
  readonly callbackGas: number;
  /** Wei. */
  readonly price: bigint;
  /** Wei. */
  readonly proverFee: bigint;
  /** Last second at which it can be answered. */
  readonly deadline: bigint;
}
