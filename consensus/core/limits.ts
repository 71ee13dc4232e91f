/** Bounds of the pure core. */

/** CometBFT types.MaxTotalVotingPower: int64 max / 8, so that priorities can never clip. */
export const TOTAL_VOTING_POWER_MAX = 0x7fff_ffff_ffff_ffffn / 8n;

/** CometBFT types.PriorityWindowSizeFactor. */
export const PRIORITY_WINDOW_SIZE_FACTOR = 2n;

/** CometBFT types.MaxVotesCount: the largest validator set whose commits can be verified. */
export const VALIDATORS_MAX = 10_000;

/** Rounds beyond the next one for which votes of one validator are kept; without a bound one Byzantine key could fill the memory. */
export const FUTURE_ROUNDS_PER_VALIDATOR_MAX = 2;

/** Rounds beyond the next one for which peers' claims of +2/3 precommits are believed enough to count votes. */
export const CLAIMED_FUTURE_ROUNDS_MAX = 128;

/** Of these, the claims of one peer: an honest one knows of one decision. (CometBFT HeightVoteSet: two catch-up rounds per peer) */
export const CLAIMED_FUTURE_ROUNDS_PER_PEER_MAX = 2;

/** +2/3 claims remembered per peer and vote set (CometBFT VoteSet: one). */
export const MAJORITY_CLAIMS_PER_PEER_MAX = 1;

/** Different blocks with own tallies per vote set; honest validators vote for at most a few. */
export const VOTED_BLOCKS_PER_SET_MAX = 256;

/** int32: the largest round of the wire format. */
export const ROUND_MAX = 0x7fff_ffff;
