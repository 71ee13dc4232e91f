import type {Address, TransactionReceipt} from 'viem';
import {oracleOperatorsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface NameOperatorParameters {
  readonly assetId: bigint;
  readonly operator: Address;
  /** Default: true. */
  readonly isNamed?: boolean;
}

export interface NameOperatorReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Names an operator of a model, or takes the name back, by the model's creator. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {nameOperator, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await nameOperator(client, {assetId: 2n, operator: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'});
 */
export async function nameOperator(
  client: WritingClient,
  {assetId, operator, isNamed = true}: NameOperatorParameters,
): Promise<NameOperatorReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.oracleOperators,
    abi: oracleOperatorsAbi,
    functionName: 'nameOperator',
    args: [assetId, operator, isNamed],
  });
  return {receipt};
}
