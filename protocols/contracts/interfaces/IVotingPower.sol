// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Voting power in the DAO, the system contract at 0x…1006
/// @notice Power comes from two sides: stake (coin bonded with IBonds) and contribution (revenue that an account's work on
/// assets has earned, weighed with how long its receipts have been held). Neither can be transferred. Each side has a
/// fixed share of all power, whatever its size, so that neither buys out the other:
///
///   power = SCALE · (stakeShare · stake / all stake + (1 - stakeShare) · contribution / all contribution)
///
/// Contribution of an account to an asset, in wei: what the asset has been credited, times the account's part of the
/// asset's weights, times min(age, 1 year) / 1 year, where age is the average time for which the account has held its
/// receipts. It counts what had been credited a week before the last look (`refresh`) at the earliest, so that revenue
/// paid to oneself for a vote comes too late for it. What it costs to make contribution up is the protocol's fee on the
/// revenue, which is the treasury's.
///
/// An account votes in person unless it delegates, with both sides at once. All of it is kept by time (ERC-6372, seconds),
/// and a vote counts what was there when it began.
interface IVotingPower {
    event DelegateChanged(address indexed account, address indexed from, address indexed to);
    event StakeCounted(address indexed account, uint256 previous, uint256 current);
    event ContributionCounted(address indexed account, uint256 indexed assetId, uint256 previous, uint256 current);
    event StakeShareChanged(uint256 previous, uint256 current);

    error FutureLookup(uint256 timepoint, uint256 timestamp);
    error OnlyBonds(address caller);
    error OnlyGovernance(address caller);
    error ShareOutOfRange(uint256 share, uint256 min, uint256 max);
    error InvalidDelegate(address account);
    error TooManyAssets(uint256 count, uint256 max);

    /// @notice Counts an account's stake. Only IBonds, at every change.
    function stakeChanged(address account, uint256 stake) external;

    /// @notice Looks at what an account has contributed to assets, at most 16 at a time. Anyone may call, for anyone: the
    /// first look at an asset notes what it has been credited, and one that comes a week later or more counts that note and
    /// makes the next.
    function refresh(address account, uint256[] calldata assetIds) external;

    /// @notice Lets a representative vote with all of the caller's power; with the caller's own address, in person again.
    function delegate(address to) external;

    function delegates(address account) external view returns (address);

    /// @notice Power that the account votes with now, its own or delegated, of 10^27 in all.
    function getVotes(address account) external view returns (uint256);

    /// @notice As `getVotes`, at a past time. Reverts with FutureLookup for now or later.
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256);

    /// @notice The two parts of `getPastVotes`.
    function getPastVotesBySide(
        address account,
        uint256 timepoint
    ) external view returns (uint256 fromStake, uint256 fromContribution);

    /// @notice Greatest power of each side at a past time: 0 for a side that nobody is on.
    function getPastTotalBySide(
        uint256 timepoint
    ) external view returns (uint256 fromStake, uint256 fromContribution);

    /// @notice 10^27, whatever the sides hold.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256);

    /// @notice What the account itself has on each side, in wei, delegated or not.
    function unitsOf(address account) external view returns (uint256 stake, uint256 contribution);

    /// @notice The share of stake in all power, in basis points.
    function stakeShare() external view returns (uint256);

    /// @notice Sets it, between 4,000 and 6,000, for votes that begin later. Only governance.
    function setStakeShare(uint256 share) external;

    /// @notice ERC-6372: block time in seconds.
    function clock() external view returns (uint48);

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() external pure returns (string memory);
}
