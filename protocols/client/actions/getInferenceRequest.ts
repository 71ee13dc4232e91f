import type {Address, Hex} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import type {InferenceMode} from '../oracle.ts';
import {read} from '../read.ts';

/** IInferenceOracle.RequestStatus. */
export const RequestStatus = {none: 0, pending: 1, answered: 2, refunded: 3, proposed: 4} as const;
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
  readonly mode: InferenceMode;
  /** 0: IInferenceConsumer, 1: IAIOracleCallback. */
  readonly callbackKind: number;
  /** Whether results that may still be challenged are called back too. */
  readonly provisional: boolean;
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
  /** Who is to answer; the zero address in mode zk, where anyone may. */
  readonly operator: Address;
  /** Second after which it can be given to another operator. */
  readonly operatorDeadline: bigint;
  /** Of a proposed result; zero when there is none. */
  readonly proposedHash: Hex;
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
