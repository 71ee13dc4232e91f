import type {Address} from 'viem';
import {inferenceOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetProverBalanceParameters {
  readonly prover: Address;
}

/**
 * Prover fees earned and not yet withdrawn, in wei.
 * @example
 * import {createPublicClient, formatEther, http} from 'viem';
 * import {getProverBalance, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(formatEther(await getProverBalance(client, {prover: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'})));
 */
export async function getProverBalance(client: ReadingClient, {prover}: GetProverBalanceParameters): Promise<bigint> {
  return read(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: inferenceOracleAbi,
    functionName: 'proverBalance',
    args: [prover],
  });
}
