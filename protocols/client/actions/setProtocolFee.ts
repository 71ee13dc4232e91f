import type {TransactionReceipt} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface SetProtocolFeeParameters {
  /** Basis points; at most 1,000. */
  readonly fee: number;
}

export interface SetProtocolFeeReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Sets what the protocol takes of later revenue. Only governance may, so this is the action of a proposal. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, setProtocolFee} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await setProtocolFee(client, {fee: 50});
 */
export async function setProtocolFee(
  client: WritingClient,
  {fee}: SetProtocolFeeParameters,
): Promise<SetProtocolFeeReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.attribution,
    abi: attributionAbi,
    functionName: 'setProtocolFee',
    args: [fee],
  });
  return {receipt};
}
