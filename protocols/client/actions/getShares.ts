import {zeroAddress} from 'viem';
import type {Address} from 'viem';
import {shareTokenAbi} from '#protocols/abi';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';
import {shareTokenOf} from './shareTokenOf.ts';

export interface GetSharesParameters {
  readonly assetId: bigint;
  readonly account: Address;
  /** Default: the zero address, the chain's coin. */
  readonly currency?: Address;
}

export interface GetSharesReturnType {
  /** The ERC-20 token. */
  readonly token: Address;
  /** In 10^-18 of a share, like all amounts of shares. */
  readonly supply: bigint;
  readonly balance: bigint;
  /** Part of the balance that cannot leave the account yet. */
  readonly vesting: bigint;
  /** What the account's shares can claim now, in the currency's smallest units. */
  readonly claimable: bigint;
  /** ERC-20 tokens that the shares pay in, besides the coin. */
  readonly revenueTokens: readonly Address[];
}

/**
 * An account's shares of an asset, and what they have earned. Throws NoShareTokenError.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getShares, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
 * const {balance, claimable} = await getShares(client, {assetId: 1n, account});
 */
export async function getShares(
  client: ReadingClient,
  {assetId, account, currency = zeroAddress}: GetSharesParameters,
): Promise<GetSharesReturnType> {
  const token = await shareTokenOf(client, assetId);
  const shares = {address: token, abi: shareTokenAbi} as const;
  const [supply, balance, vesting, claimable, revenueTokens] = await Promise.all([
    read(client, {...shares, functionName: 'totalSupply', args: []}),
    read(client, {...shares, functionName: 'balanceOf', args: [account]}),
    read(client, {...shares, functionName: 'vestingOf', args: [account]}),
    currency === zeroAddress
      ? read(client, {...shares, functionName: 'claimableRevenue', args: [account, 0n]})
      : read(client, {...shares, functionName: 'claimableERC20', args: [account, 0n, currency]}),
    read(client, {...shares, functionName: 'revenueTokens', args: []}),
  ]);
  return {token, supply, balance, vesting, claimable, revenueTokens};
}
