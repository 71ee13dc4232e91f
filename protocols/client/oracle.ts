/** What the inference oracle's actions share. */
import type {Hex} from 'viem';

/** IInferenceOracle.Mode: how a result is to be trusted. */
export const InferenceMode = {zk: 0, optimistic: 1, hybrid: 2, attested: 3} as const;
export type InferenceMode = (typeof InferenceMode)[keyof typeof InferenceMode];

/** QueryRation.Terms: how a model's queries are rationed. */
export interface QueryRation {
  /** Length of an epoch in seconds; counting starts anew with each. */
  readonly epochSeconds: number;
  /** Queries of all accounts in an epoch; 0 is no limit. */
  readonly modelQuota: number;
  /** Queries of one account in an epoch; 0 is no limit. */
  readonly accountQuota: number;
  /** Queries of all accounts that do not raise the price yet. */
  readonly modelFree: number;
  /** Queries of one account that do not raise the price yet. */
  readonly accountFree: number;
  /** What each query beyond the free ones adds to the next one's price, in basis points of the base price. */
  readonly modelStep: number;
  readonly accountStep: number;
  /** What an account's first query in an epoch costs besides, in wei. */
  readonly entryFee: bigint;
}

/** The EIP-712 message by which an operator attests a result. */
export function attestationTypedData(
  attestation: {readonly requestId: bigint; readonly assetId: bigint; readonly inputHash: Hex; readonly outputHash: Hex},
  chainId: number,
  verifyingContract: Hex,
) {
  return {
    domain: {name: 'Qanat InferenceOracle', version: '1', chainId, verifyingContract},
    types: {
      Attestation: [
        {name: 'requestId', type: 'uint256'},
        {name: 'assetId', type: 'uint256'},
        {name: 'inputHash', type: 'bytes32'},
        {name: 'outputHash', type: 'bytes32'},
      ],
    },
    primaryType: 'Attestation',
    message: attestation,
  } as const;
}
