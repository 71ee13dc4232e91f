// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IBreachDisputes} from "./interfaces/IBreachDisputes.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title BreachDisputes
/// @notice Implements IBreachDisputes, where every function is described.
contract BreachDisputes is IBreachDisputes, ReentrancyGuardTransient {
    uint96 public constant BOND = 1 ether;
    /// @notice Seconds to contest a claim.
    uint64 public constant RESPONSE_WINDOW = 3 days;
    /// @notice Seconds for the arbiter to decide.
    uint64 public constant DECISION_WINDOW = 30 days;

    /// @custom:storage-location erc7201:qanat.storage.BreachDisputes
    struct BreachDisputesStorage {
        uint256 disputeCount;
        mapping(uint256 disputeId => Dispute) disputes;
        mapping(uint256 licenseId => uint256 disputeId) open;
        mapping(address account => uint256) bonds;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.BreachDisputes")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0xcf97d5f6c72fcd109860a75518867a01853265b0d892afa0f7810c344bdfc400;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    ILicensing private constant LICENSING = ILicensing(SystemAddresses.LICENSING);

    /// @inheritdoc IBreachDisputes
    function file(
        uint256 licenseId,
        bytes32 evidence
    ) external payable nonReentrant returns (uint256 disputeId) {
        _checkBond();
        BreachDisputesStorage storage $ = _storage();
        if ($.open[licenseId] != 0) revert DisputeOpen(licenseId, $.open[licenseId]);
        ILicensing.License memory license = LICENSING.getLicense(licenseId);
        ILicensing.EscrowStatus escrow = LICENSING.getEscrow(licenseId).status;
        address licensor = REGISTRY.creatorOf(license.assetId);
        address holder = LICENSING.ownerOf(licenseId);
        bool byLicensor = msg.sender == licensor;
        if (!byLicensor && msg.sender != holder) revert NotAParty(licenseId, msg.sender);
        if (byLicensor) {
            // A claim of the licensor must not keep a buyer from contesting what it got for its money.
            bool settled = escrow == ILicensing.EscrowStatus.None || escrow == ILicensing.EscrowStatus.Released;
            if (license.status != ILicensing.LicenseStatus.Active || !settled) revert NotDisputable(licenseId);
        } else {
            LICENSING.freezeEscrow(licenseId);
        }
        disputeId = ++$.disputeCount;
        $.open[licenseId] = disputeId;
        uint64 until = uint64(block.timestamp) + RESPONSE_WINDOW;
        address respondent = byLicensor ? holder : licensor;
        $.disputes[disputeId] = Dispute({
            licenseId: licenseId,
            claimant: msg.sender,
            respondent: respondent,
            byLicensor: byLicensor,
            status: DisputeStatus.Filed,
            until: until,
            bond: BOND,
            evidence: evidence,
            defence: 0
        });
        emit DisputeFiled(disputeId, licenseId, msg.sender, respondent, evidence, until);
    }

    /// @inheritdoc IBreachDisputes
    function contest(uint256 disputeId, bytes32 defence) external payable {
        _checkBond();
        Dispute storage dispute = _in(disputeId, DisputeStatus.Filed);
        if (dispute.respondent != msg.sender) revert NotRespondent(disputeId, msg.sender);
        if (block.timestamp > dispute.until) revert WindowClosed(disputeId, dispute.until);
        dispute.status = DisputeStatus.Contested;
        dispute.until = uint64(block.timestamp) + DECISION_WINDOW;
        dispute.defence = defence;
        emit DisputeContested(disputeId, defence, dispute.until);
    }

    /// @inheritdoc IBreachDisputes
    function conclude(uint256 disputeId) external nonReentrant {
        Dispute storage dispute = _in(disputeId, DisputeStatus.Filed);
        if (block.timestamp <= dispute.until) revert WindowOpen(disputeId, dispute.until);
        _storage().bonds[dispute.claimant] += dispute.bond;
        _close(disputeId, dispute, DisputeStatus.Upheld);
    }

    /// @inheritdoc IBreachDisputes
    function decide(uint256 disputeId, bool upheld) external nonReentrant {
        Dispute storage dispute = _in(disputeId, DisputeStatus.Contested);
        if (arbiterOf(dispute.licenseId) != msg.sender) revert NotArbiter(disputeId, msg.sender);
        if (block.timestamp > dispute.until) revert WindowClosed(disputeId, dispute.until);
        address winner = upheld ? dispute.claimant : dispute.respondent;
        _storage().bonds[winner] += 2 * uint256(dispute.bond);
        _close(disputeId, dispute, upheld ? DisputeStatus.Upheld : DisputeStatus.Dismissed);
    }

    /// @inheritdoc IBreachDisputes
    function lapse(uint256 disputeId) external nonReentrant {
        Dispute storage dispute = _in(disputeId, DisputeStatus.Contested);
        if (block.timestamp <= dispute.until) revert WindowOpen(disputeId, dispute.until);
        BreachDisputesStorage storage $ = _storage();
        $.bonds[dispute.claimant] += dispute.bond;
        $.bonds[dispute.respondent] += dispute.bond;
        _close(disputeId, dispute, DisputeStatus.Lapsed);
    }

    /// @inheritdoc IBreachDisputes
    function withdrawBond(address payable recipient) external nonReentrant returns (uint256 amount) {
        if (recipient == address(0)) revert InvalidBondRecipient(recipient);
        BreachDisputesStorage storage $ = _storage();
        amount = $.bonds[msg.sender];
        if (amount == 0) revert NoBondToWithdraw(msg.sender);
        $.bonds[msg.sender] = 0;
        emit BondWithdrawn(msg.sender, recipient, amount);
        Address.sendValue(recipient, amount);
    }

    /// @inheritdoc IBreachDisputes
    function bondOf(address account) external view returns (uint256) {
        return _storage().bonds[account];
    }

    /// @inheritdoc IBreachDisputes
    function getDispute(uint256 disputeId) external view returns (Dispute memory dispute) {
        dispute = _storage().disputes[disputeId];
        if (dispute.status == DisputeStatus.None) revert UnknownDispute(disputeId);
    }

    /// @inheritdoc IBreachDisputes
    function openDispute(uint256 licenseId) external view returns (uint256) {
        return _storage().open[licenseId];
    }

    /// @inheritdoc IBreachDisputes
    function arbiterOf(uint256 licenseId) public view returns (address arbiter) {
        arbiter = REGISTRY.licenseTermsOf(LICENSING.getLicense(licenseId).assetId).arbiter;
        if (arbiter == address(0)) arbiter = SystemAddresses.GOVERNANCE;
    }

    function _close(uint256 disputeId, Dispute storage dispute, DisputeStatus status) private {
        uint256 licenseId = dispute.licenseId;
        dispute.status = status;
        _storage().open[licenseId] = 0;
        emit DisputeClosed(disputeId, licenseId, status);
        if (!dispute.byLicensor) LICENSING.decideEscrow(licenseId, status != DisputeStatus.Dismissed);
        else if (status == DisputeStatus.Upheld) LICENSING.revoke(licenseId);
    }

    function _checkBond() private view {
        if (msg.value != BOND) revert WrongBond(msg.value, BOND);
    }

    function _in(uint256 disputeId, DisputeStatus status) private view returns (Dispute storage dispute) {
        dispute = _storage().disputes[disputeId];
        if (dispute.status == DisputeStatus.None) revert UnknownDispute(disputeId);
        if (dispute.status != status) revert WrongDisputeStatus(disputeId, dispute.status);
    }

    function _storage() private pure returns (BreachDisputesStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
