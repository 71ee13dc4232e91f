// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Claims of breach, the system contract at 0x…1019
/// @notice A licensor claims that a licensee broke the terms, or a buyer of full access that the key it got is not the
/// asset's. The claim carries a bond and the hash of its evidence. An uncontested claim stands; a contested one, with the
/// same bond, is decided by the arbiter of the asset's frozen terms, or by governance when they name none. The loser's
/// bond goes to the winner.
interface IBreachDisputes {
    enum DisputeStatus {
        None,
        /// The other side may contest until `until`.
        Filed,
        /// The arbiter may decide until `until`.
        Contested,
        Upheld,
        Dismissed,
        /// The arbiter did not decide; both bonds went back.
        Lapsed
    }

    struct Dispute {
        uint256 licenseId;
        address claimant;
        /// Who is accused: the holder when the claim was filed, or the licensor.
        address respondent;
        bool byLicensor;
        DisputeStatus status;
        uint64 until;
        uint96 bond;
        bytes32 evidence;
        bytes32 defence;
    }

    event DisputeFiled(
        uint256 indexed disputeId,
        uint256 indexed licenseId,
        address indexed claimant,
        address respondent,
        bytes32 evidence,
        uint64 until
    );
    event DisputeContested(uint256 indexed disputeId, bytes32 defence, uint64 until);
    event DisputeClosed(uint256 indexed disputeId, uint256 indexed licenseId, DisputeStatus status);
    event BondWithdrawn(address indexed account, address indexed recipient, uint256 amount);

    error WrongBond(uint256 paid, uint256 bond);
    error NotAParty(uint256 licenseId, address caller);
    error NotDisputable(uint256 licenseId);
    error DisputeOpen(uint256 licenseId, uint256 disputeId);
    error UnknownDispute(uint256 disputeId);
    error WrongDisputeStatus(uint256 disputeId, DisputeStatus status);
    error NotRespondent(uint256 disputeId, address caller);
    error NotArbiter(uint256 disputeId, address caller);
    error WindowOpen(uint256 disputeId, uint64 until);
    error WindowClosed(uint256 disputeId, uint64 until);
    error NoBondToWithdraw(address account);
    error InvalidBondRecipient(address recipient);

    /// @notice Files a claim: the licensor (the asset's creator) against the holder of an active licence with no payment in
    /// escrow, or the buyer against the licensor while the payment is in escrow and can be contested. The value sent is
    /// BOND. While a claim is open, the licence cannot be transferred.
    function file(uint256 licenseId, bytes32 evidence) external payable returns (uint256 disputeId);

    /// @notice Contests a claim, with the same bond. Only the respondent may.
    function contest(uint256 disputeId, bytes32 defence) external payable;

    /// @notice Upholds a claim that nobody contested in time. Anyone may.
    function conclude(uint256 disputeId) external;

    /// @notice Decides a contested claim. Only the arbiter may.
    function decide(uint256 disputeId, bool upheld) external;

    /// @notice Closes a claim that the arbiter did not decide in time: the licence stands, a contested payment goes
    /// back to the buyer (the terms that named the arbiter were the licensor's), and so do both bonds. Anyone may.
    function lapse(uint256 disputeId) external;

    function withdrawBond(address payable recipient) external returns (uint256 amount);

    function bondOf(address account) external view returns (uint256);

    function getDispute(uint256 disputeId) external view returns (Dispute memory);

    /// @notice The open dispute about a licence; 0 when there is none.
    function openDispute(uint256 licenseId) external view returns (uint256);

    function arbiterOf(uint256 licenseId) external view returns (address);
}
