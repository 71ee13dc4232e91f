import type {Hex, TransactionReceipt} from 'viem';
import {callbackOracleAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface ListServedModelParameters {
  readonly assetId: bigint;
  /** Commitment to the weights or program; not zero. */
  readonly commitment: Hex;
  /** What an inference earns the asset, in wei; the operator's fee comes on top. */
  readonly price: bigint;
}

export interface ListServedModelReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lists a model for operators to serve, by its creator, once. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {listServedModel, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await listServedModel(client, {assetId: 2n, commitment: `0x${'11'.repeat(32)}`, price: 10n ** 18n});
 */
export async function listServedModel(
  client: WritingClient,
  {assetId, commitment, price}: ListServedModelParameters,
): Promise<ListServedModelReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.inferenceOracle,
    abi: callbackOracleAbi,
    functionName: 'listServedModel',
    args: [assetId, commitment, price],
  });
  return {receipt};
}
