import type {TransactionReceipt} from 'viem';
import {foundationAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import type {FoundationPower} from '../dao.ts';

export interface EndFoundationPowerParameters {
  readonly power: FoundationPower;
}

export interface EndFoundationPowerReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Ends one of the foundation's powers, by its holder. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {endFoundationPower, FoundationPower, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await endFoundationPower(client, {power: FoundationPower.veto});
 */
export async function endFoundationPower(
  client: WritingClient,
  {power}: EndFoundationPowerParameters,
): Promise<EndFoundationPowerReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.foundation,
    abi: foundationAbi,
    functionName: 'end',
    args: [power],
  });
  return {receipt};
}
