import type {Address, Hex} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

/** IInferenceOracle.RequestStatus. */
export const RequestStatus = {none: 0, pending: 1, answered: 2, refunded: 3} as const;
export type RequestStatus = (typeof RequestStatus)[keyof typeof RequestStatus];

export interface GetInferenceRequestParameters {
  readonly requestId: bigint;
}

export interface GetInferenceRequestReturnType {
  readonly assetId: bigint;
  readonly requester: Address;
  readonly status: RequestStatus;
  /** Last second at which it can be answered. */
  readonly deadline: bigint;
  readonly callback: Address;
  readonly callbackGas: number;
  /** Wei. */
  readonly price: bigint;
  /** Wei. */
  readonly proverFee: bigint;
  readonly inputHash: Hex;
  /** The zero address until it is answered. */
  readonly prover: Address;
  readonly outputHash: Hex;
}

/**
 * A request and how it stands. Throws ContractRefusedError (UnknownRequest).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {RequestStatus, getInferenceRequest, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {status} = await getInferenceRequest(client, {requestId: 1n});
 * console.log(status === RequestStatus.answered);
 */
export async function getInferenceRequest(
  client: ReadingClient,
  {requestId}: GetInferenceRequestParameters,
): Promise<GetInferenceRequestReturnType> {
  const request = await read(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    functionName: 'getRequest',
    args: [requestId],
  });
  // The contract's enum holds exactly the values of RequestStatus.
  return request as GetInferenceRequestReturnType;
}
