// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What the Governor (0x…1004) has besides OpenZeppelin's IGovernor
/// @notice A proposal costs a deposit, which is paid in before and given back unless too few take part. It passes when more
/// power is for it than against it, enough takes part, and enough of each side of IVotingPower does: neither stake nor
/// contribution decides alone as long as there are both.
interface IGovernorSettings {
    struct Settings {
        /// Seconds from a proposal to its vote.
        uint48 votingDelay;
        /// Seconds of a vote.
        uint32 votingPeriod;
        /// Power that a proposer needs, in basis points of all power.
        uint16 proposalThreshold;
        /// Power that must take part, in basis points of all power.
        uint16 quorum;
        /// Power of each side that must take part, in basis points of that side.
        uint16 sideQuorum;
        /// Wei.
        uint128 proposalDeposit;
    }

    event SettingsChanged(Settings settings);
    event DepositPaidIn(address indexed proposer, uint256 amount);
    event DepositWithdrawn(address indexed proposer, uint256 amount);
    event DepositReturned(uint256 indexed proposalId, address indexed proposer, uint256 amount);
    event DepositForfeited(uint256 indexed proposalId, address indexed proposer, uint256 amount);

    error DepositMissing(address proposer, uint256 paidIn, uint256 required);
    error NothingToWithdraw(address proposer);
    error NothingToSettle(uint256 proposalId);
    error ProposalUndecided(uint256 proposalId);
    error InvalidSettings();
    /// @notice The timelock is the admin of every system proxy: there is one way to govern.
    error TimelockFixed();

    /// @notice Pays in for proposals to come.
    function payDeposit() external payable;

    /// @notice Pays the caller what it paid in and did not use.
    function withdrawDeposit() external returns (uint256 amount);

    /// @notice Gives a decided proposal's deposit back to its proposer (to be withdrawn), or to the treasury when too few
    /// took part. Anyone may call.
    function settleDeposit(uint256 proposalId) external;

    function setSettings(Settings calldata settings) external;

    function getSettings() external view returns (Settings memory);

    /// @notice Paid in and not used, in wei.
    function depositOf(address proposer) external view returns (uint256);

    /// @notice Power of each side that has taken part in a vote so far.
    function participation(uint256 proposalId) external view returns (uint256 fromStake, uint256 fromContribution);

    /// @notice Whether enough has taken part, in all and of each side that is not empty.
    function isQuorumReached(uint256 proposalId) external view returns (bool);
}
