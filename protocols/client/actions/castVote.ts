import {encodePacked} from 'viem';
import type {TransactionReceipt} from 'viem';
import {governorAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {VoteSupport} from '../dao.ts';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface CastVoteParameters {
  readonly proposalId: bigint;
  /** All power that is left one way, or parts of it. */
  readonly vote: VoteSupport | {readonly against?: bigint; readonly for?: bigint; readonly abstain?: bigint};
  /** Default: none. */
  readonly reason?: string;
}

export interface CastVoteReturnType {
  readonly receipt: TransactionReceipt;
}

/** OpenZeppelin's GovernorCountingFractional. */
const FRACTIONAL = 255;

/**
 * Votes, with the power of when the vote began. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {castVote, qanatDevnet, VoteSupport} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await castVote(client, {proposalId: 1n, vote: VoteSupport.for});
 */
export async function castVote(client: WritingClient, {proposalId, vote, reason = ''}: CastVoteParameters): Promise<CastVoteReturnType> {
  const [support, params] =
    typeof vote === 'number'
      ? ([vote, '0x'] as const)
      : ([
          FRACTIONAL,
          encodePacked(['uint128', 'uint128', 'uint128'], [vote.against ?? 0n, vote.for ?? 0n, vote.abstain ?? 0n]),
        ] as const);
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.governor,
    abi: governorAbi,
    functionName: 'castVoteWithReasonAndParams',
    args: [proposalId, support, reason, params],
  });
  return {receipt};
}
