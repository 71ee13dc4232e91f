import type {Hex, TransactionReceipt} from 'viem';
import {vaultAccessAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface RequestKeyParameters {
  readonly assetId: bigint;
  /** To encrypt the key to; at most 256 bytes. */
  readonly publicKey: Hex;
}

export interface RequestKeyReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Asks a vault for the key of an asset that the sender has access to. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, requestKey} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await requestKey(client, {assetId: 1n, publicKey: '0x04'});
 */
export async function requestKey(
  client: WritingClient,
  {assetId, publicKey}: RequestKeyParameters,
): Promise<RequestKeyReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.vaultAccess,
    abi: vaultAccessAbi,
    functionName: 'requestKey',
    args: [assetId, publicKey],
  });
  return {receipt};
}
