// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {GovernorUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/GovernorUpgradeable.sol";
import {
    GovernorCountingFractionalUpgradeable
} from "@openzeppelin/contracts-upgradeable/governance/extensions/GovernorCountingFractionalUpgradeable.sol";
import {
    GovernorSequentialProposalIdUpgradeable
} from "@openzeppelin/contracts-upgradeable/governance/extensions/GovernorSequentialProposalIdUpgradeable.sol";
import {
    GovernorTimelockControlUpgradeable
} from "@openzeppelin/contracts-upgradeable/governance/extensions/GovernorTimelockControlUpgradeable.sol";
import {
    TimelockControllerUpgradeable
} from "@openzeppelin/contracts-upgradeable/governance/TimelockControllerUpgradeable.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IGovernorSettings} from "./interfaces/IGovernorSettings.sol";
import {IVotingPower} from "./interfaces/IVotingPower.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title The DAO's governor, the system contract at 0x…1004
/// @notice OpenZeppelin's Governor with sequential proposal ids, fractional counting and the timelock at 0x…1005; what is
/// ours is described in IGovernorSettings.
/// @dev Genesis writes the timelock's address into OpenZeppelin's slot for it; the rest needs no storage to begin with.
contract Governor is
    GovernorSequentialProposalIdUpgradeable,
    GovernorCountingFractionalUpgradeable,
    GovernorTimelockControlUpgradeable,
    ReentrancyGuardTransient,
    IGovernorSettings
{
    using Address for address payable;

    uint256 private constant TEN_THOUSAND = 10_000;
    uint256 private constant MAX_VOTING_DELAY = 30 days;
    uint256 private constant MIN_VOTING_PERIOD = 1 hours;
    uint256 private constant MAX_VOTING_PERIOD = 60 days;
    uint256 private constant MAX_THRESHOLD = 500;
    uint256 private constant MIN_QUORUM = 100;
    uint256 private constant MAX_QUORUM = 5_000;
    uint256 private constant MAX_DEPOSIT = 100_000 ether;

    struct Deposit {
        address proposer;
        uint128 amount;
    }

    struct Participation {
        uint128 fromStake;
        uint128 fromContribution;
    }

    /// @custom:storage-location erc7201:qanat.storage.Governor
    struct QanatGovernorStorage {
        /// A voting period of zero: the defaults.
        Settings settings;
        mapping(address proposer => uint256) paidIn;
        mapping(uint256 proposalId => Deposit) deposits;
        mapping(uint256 proposalId => Participation) participation;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Governor")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0xe7aca9a1d46a2aa1b5d51ccfb5b45d931d90824337e690aa4d159e0bc6590d00;

    IVotingPower private constant VOTING_POWER = IVotingPower(SystemAddresses.VOTING_POWER);

    /// @inheritdoc IGovernorSettings
    function payDeposit() external payable {
        _storage().paidIn[msg.sender] += msg.value;
        emit DepositPaidIn(msg.sender, msg.value);
    }

    /// @inheritdoc IGovernorSettings
    function withdrawDeposit() external nonReentrant returns (uint256 amount) {
        amount = _storage().paidIn[msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        _storage().paidIn[msg.sender] = 0;
        emit DepositWithdrawn(msg.sender, amount);
        payable(msg.sender).sendValue(amount);
    }

    /// @inheritdoc IGovernorSettings
    function settleDeposit(uint256 proposalId) external nonReentrant {
        Deposit memory deposit = _storage().deposits[proposalId];
        if (deposit.amount == 0) revert NothingToSettle(proposalId);
        ProposalState current = state(proposalId);
        if (current == ProposalState.Pending || current == ProposalState.Active) revert ProposalUndecided(proposalId);
        delete _storage().deposits[proposalId];
        // Cancelled before its vote began, it was no burden to anyone.
        bool isHarmless = current == ProposalState.Canceled && proposalEta(proposalId) == 0;
        if (isHarmless || _quorumReached(proposalId)) {
            _storage().paidIn[deposit.proposer] += deposit.amount;
            emit DepositReturned(proposalId, deposit.proposer, deposit.amount);
        } else {
            emit DepositForfeited(proposalId, deposit.proposer, deposit.amount);
            payable(SystemAddresses.TREASURY).sendValue(deposit.amount);
        }
    }

    /// @inheritdoc IGovernorSettings
    function setSettings(Settings calldata settings) external onlyGovernance {
        if (
            settings.votingDelay > MAX_VOTING_DELAY ||
            settings.votingPeriod < MIN_VOTING_PERIOD ||
            settings.votingPeriod > MAX_VOTING_PERIOD ||
            settings.proposalThreshold > MAX_THRESHOLD ||
            settings.quorum < MIN_QUORUM ||
            settings.quorum > MAX_QUORUM ||
            settings.sideQuorum > MAX_QUORUM ||
            settings.proposalDeposit > MAX_DEPOSIT
        ) revert InvalidSettings();
        _storage().settings = settings;
        emit SettingsChanged(settings);
    }

    function updateTimelock(TimelockControllerUpgradeable) public pure override {
        revert TimelockFixed();
    }

    /// @inheritdoc IGovernorSettings
    function depositOf(address proposer) external view returns (uint256) {
        return _storage().paidIn[proposer];
    }

    /// @inheritdoc IGovernorSettings
    function participation(
        uint256 proposalId
    ) external view returns (uint256 fromStake, uint256 fromContribution) {
        Participation memory counted = _storage().participation[proposalId];
        return (counted.fromStake, counted.fromContribution);
    }

    /// @inheritdoc IGovernorSettings
    function isQuorumReached(uint256 proposalId) external view returns (bool) {
        return _quorumReached(proposalId);
    }

    /// @inheritdoc IGovernorSettings
    function getSettings() public view returns (Settings memory settings) {
        settings = _storage().settings;
        if (settings.votingPeriod != 0) return settings;
        return
            Settings({
                votingDelay: 1 days,
                votingPeriod: 5 days,
                proposalThreshold: 10,
                quorum: 1_000,
                sideQuorum: 500,
                proposalDeposit: 100 ether
            });
    }

    function name() public pure override returns (string memory) {
        return "Qanat DAO";
    }

    function votingDelay() public view override returns (uint256) {
        return getSettings().votingDelay;
    }

    function votingPeriod() public view override returns (uint256) {
        return getSettings().votingPeriod;
    }

    function proposalThreshold() public view override returns (uint256) {
        return (VOTING_POWER.getPastTotalSupply(block.timestamp - 1) * getSettings().proposalThreshold) / TEN_THOUSAND;
    }

    function quorum(uint256 timepoint) public view override returns (uint256) {
        return (VOTING_POWER.getPastTotalSupply(timepoint) * getSettings().quorum) / TEN_THOUSAND;
    }

    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function state(
        uint256 proposalId
    ) public view override(GovernorUpgradeable, GovernorTimelockControlUpgradeable) returns (ProposalState) {
        return super.state(proposalId);
    }

    function getProposalId(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) public view override(GovernorUpgradeable, GovernorSequentialProposalIdUpgradeable) returns (uint256) {
        return super.getProposalId(targets, values, calldatas, descriptionHash);
    }

    function proposalNeedsQueuing(
        uint256 proposalId
    ) public view override(GovernorUpgradeable, GovernorTimelockControlUpgradeable) returns (bool) {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override(GovernorUpgradeable, GovernorSequentialProposalIdUpgradeable) returns (uint256 proposalId) {
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        uint128 required = getSettings().proposalDeposit;
        uint256 paidIn = _storage().paidIn[proposer];
        if (paidIn < required) revert DepositMissing(proposer, paidIn, required);
        _storage().paidIn[proposer] = paidIn - required;
        _storage().deposits[proposalId] = Deposit(proposer, required);
    }

    /// @dev Also counts which side the power came from: a fraction of a vote is the same fraction of both.
    function _countVote(
        uint256 proposalId,
        address account,
        uint8 support,
        uint256 totalWeight,
        bytes memory params
    ) internal override(GovernorUpgradeable, GovernorCountingFractionalUpgradeable) returns (uint256 counted) {
        counted = super._countVote(proposalId, account, support, totalWeight, params);
        (uint256 fromStake, ) = VOTING_POWER.getPastVotesBySide(account, proposalSnapshot(proposalId));
        uint256 stakePart = (counted * fromStake) / totalWeight;
        Participation storage sides = _storage().participation[proposalId];
        sides.fromStake += uint128(stakePart);
        sides.fromContribution += uint128(counted - stakePart);
    }

    function _quorumReached(
        uint256 proposalId
    ) internal view override(GovernorUpgradeable, GovernorCountingFractionalUpgradeable) returns (bool) {
        if (!super._quorumReached(proposalId)) return false;
        (uint256 allStake, uint256 allContribution) = VOTING_POWER.getPastTotalBySide(proposalSnapshot(proposalId));
        Participation memory sides = _storage().participation[proposalId];
        uint256 part = getSettings().sideQuorum;
        return
            sides.fromStake * TEN_THOUSAND >= allStake * part &&
            sides.fromContribution * TEN_THOUSAND >= allContribution * part;
    }

    function _voteSucceeded(
        uint256 proposalId
    ) internal view override(GovernorUpgradeable, GovernorCountingFractionalUpgradeable) returns (bool) {
        return super._voteSucceeded(proposalId);
    }

    function _getVotes(
        address account,
        uint256 timepoint,
        bytes memory
    ) internal view override returns (uint256) {
        return VOTING_POWER.getPastVotes(account, timepoint);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(GovernorUpgradeable, GovernorTimelockControlUpgradeable) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(GovernorUpgradeable, GovernorTimelockControlUpgradeable) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(GovernorUpgradeable, GovernorTimelockControlUpgradeable) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor()
        internal
        view
        override(GovernorUpgradeable, GovernorTimelockControlUpgradeable)
        returns (address)
    {
        return super._executor();
    }

    // solhint-disable-next-line func-name-mixedcase
    function _EIP712Name() internal pure override returns (string memory) {
        return "Qanat DAO";
    }

    // solhint-disable-next-line func-name-mixedcase
    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }

    function _storage() private pure returns (QanatGovernorStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
