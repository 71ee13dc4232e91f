import type {Hex, TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface SetServiceEndpointParameters {
  readonly identityId: bigint;
  /** 32 bytes, such as the service's name in ASCII. */
  readonly service: Hex;
  /** At most 256 bytes. */
  readonly endpoint: string;
}

export interface SetServiceEndpointReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Sets where a service of an identity is; an empty endpoint removes it. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, setServiceEndpoint} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await setServiceEndpoint(client, {identityId: 1n, service: `0x${'61'.repeat(32)}`, endpoint: 'https://example.org'});
 */
export async function setServiceEndpoint(
  client: WritingClient,
  {identityId, service, endpoint}: SetServiceEndpointParameters,
): Promise<SetServiceEndpointReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'setService',
    args: [identityId, service, endpoint],
  });
  return {receipt};
}
