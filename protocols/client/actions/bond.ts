import type {TransactionReceipt} from 'viem';
import {bondsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface BondParameters {
  /** Wei. */
  readonly amount: bigint;
}

export interface BondReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Adds to the client's bond: what operators, reviewers, raters and voters have at stake. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {bond, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await bond(client, {amount: 100n * 10n ** 18n});
 */
export async function bond(client: WritingClient, {amount}: BondParameters): Promise<BondReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.bonds,
    abi: bondsAbi,
    functionName: 'bond',
    args: [],
    value: amount,
  });
  return {receipt};
}
