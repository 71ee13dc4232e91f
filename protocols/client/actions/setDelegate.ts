import type {Address, Hex, TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface SetDelegateParameters {
  readonly identityId: bigint;
  readonly delegate: Address;
  /** 32 bytes, such as keccak256 of its name. */
  readonly purpose: Hex;
  /** Second; 0 ends it. */
  readonly expiresAt: bigint;
}

export interface SetDelegateReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lets an account act for an identity, for a purpose, until a time. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, setDelegate} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await setDelegate(client, {identityId: 1n, delegate: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', purpose: `0x${'44'.repeat(32)}`, expiresAt: 2_000_000_000n});
 */
export async function setDelegate(
  client: WritingClient,
  {identityId, delegate, purpose, expiresAt}: SetDelegateParameters,
): Promise<SetDelegateReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'setDelegate',
    args: [identityId, delegate, purpose, expiresAt],
  });
  return {receipt};
}
