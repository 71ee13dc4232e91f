import type {TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface ClaimNameParameters {
  readonly identityId: bigint;
  /** 3 to 32 characters: a to z, 0 to 9, single hyphens inside. */
  readonly name: string;
}

export interface ClaimNameReturnType {
  /** What it cost, in wei. */
  readonly fee: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Takes a name that nobody has, for the name fee. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {claimName, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await claimName(client, {identityId: 1n, name: 'aquifer'});
 */
export async function claimName(client: WritingClient, {identityId, name}: ClaimNameParameters): Promise<ClaimNameReturnType> {
  const contract = {address: SYSTEM_ADDRESSES.identity, abi: identityAbi} as const;
  const fee = await read(client, {...contract, functionName: 'nameFee', args: []});
  const receipt = await execute(client, {...contract, functionName: 'claimName', args: [identityId, name], value: fee});
  return {fee, receipt};
}
