import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {IdentityKind} from '../identity.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface CreateIdentityParameters {
  readonly kind: IdentityKind;
}

export interface CreateIdentityReturnType {
  readonly identityId: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Makes an identity that the client's account controls and belongs to. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {createIdentity, IdentityKind, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await createIdentity(client, {kind: IdentityKind.agent});
 */
export async function createIdentity(client: WritingClient, {kind}: CreateIdentityParameters): Promise<CreateIdentityReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'create',
    args: [kind],
  });
  const {identityId} = onlyEvent(parseEventLogs({abi: identityAbi, eventName: 'IdentityCreated', logs: receipt.logs}));
  return {identityId, receipt};
}
