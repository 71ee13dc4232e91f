import type {Address} from 'viem';
import {oracleOperatorsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetOperatorsParameters {
  readonly assetId: bigint;
}

export interface OperatorService {
  readonly operator: Address;
  /** Wei for one answer. */
  readonly fee: bigint;
  /** Gas that it gives to a callback, at most. */
  readonly callbackGasMax: number;
  /** False when it stopped. */
  readonly isActive: boolean;
}

/**
 * Who serves a model, or has.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getOperators, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getOperators(client, {assetId: 2n}));
 */
export async function getOperators(
  client: ReadingClient,
  {assetId}: GetOperatorsParameters,
): Promise<readonly OperatorService[]> {
  return read(client, {
    address: SYSTEM_ADDRESSES.oracleOperators,
    abi: oracleOperatorsAbi,
    functionName: 'servicesOf',
    args: [assetId],
  });
}
