import type {Address, TransactionReceipt} from 'viem';
import {votingPowerAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface DelegateVotesParameters {
  readonly to: Address;
}

export interface DelegateVotesReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lets a representative vote with all of the client's power; its own address votes in person again. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {delegateVotes, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await delegateVotes(client, {to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'});
 */
export async function delegateVotes(client: WritingClient, {to}: DelegateVotesParameters): Promise<DelegateVotesReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.votingPower,
    abi: votingPowerAbi,
    functionName: 'delegate',
    args: [to],
  });
  return {receipt};
}
