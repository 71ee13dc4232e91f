import type {Hex, TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface SetIdentityCardParameters {
  readonly identityId: bigint;
  /** At most 256 bytes. */
  readonly uri: string;
  /** keccak256 of the document. */
  readonly documentHash: Hex;
}

export interface SetIdentityCardReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Sets the document about an identity, for an agent its card. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, setIdentityCard} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await setIdentityCard(client, {identityId: 1n, uri: 'ipfs://card', documentHash: `0x${'55'.repeat(32)}`});
 */
export async function setIdentityCard(
  client: WritingClient,
  {identityId, uri, documentHash}: SetIdentityCardParameters,
): Promise<SetIdentityCardReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'setCard',
    args: [identityId, uri, documentHash],
  });
  return {receipt};
}
