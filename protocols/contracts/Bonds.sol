// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IBonds} from "./interfaces/IBonds.sol";
import {IVotingPower} from "./interfaces/IVotingPower.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Bonds
/// @notice Implements IBonds, where every function is described.
contract Bonds is IBonds, ReentrancyGuardTransient {
    using Address for address payable;

    /// @notice Seconds from `startUnbonding` to `withdraw`: longer than any deadline of those who may slash.
    uint256 public constant UNBONDING_PERIOD = 21 days;

    /// @custom:storage-location erc7201:qanat.storage.Bonds
    struct BondsStorage {
        uint128 bonded;
        uint128 unbonding;
        mapping(address account => Bond) bonds;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Bonds")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x8d5c8e3a1ce8208fb206e29da5e6b39b8255acd5088ebd0c8df0dc08defefa00;

    IVotingPower private constant VOTING_POWER = IVotingPower(SystemAddresses.VOTING_POWER);

    /// @inheritdoc IBonds
    function bond() external payable {
        if (msg.value == 0) revert NothingBonded();
        // Half of the type: sums of all bonds cannot overflow it.
        if (msg.value > type(uint120).max) revert BondTooLarge(msg.value, type(uint120).max);
        BondsStorage storage $ = _storage();
        Bond storage own = $.bonds[msg.sender];
        own.bonded += uint128(msg.value);
        $.bonded += uint128(msg.value);
        emit Bonded(msg.sender, msg.value, own.bonded);
        VOTING_POWER.stakeChanged(msg.sender, own.bonded);
    }

    /// @inheritdoc IBonds
    function startUnbonding(uint256 amount) external {
        BondsStorage storage $ = _storage();
        Bond storage own = $.bonds[msg.sender];
        if (amount == 0 || amount > own.bonded) revert InsufficientBond(msg.sender, own.bonded, amount);
        own.bonded -= uint128(amount);
        own.unbonding += uint128(amount);
        own.withdrawableAt = uint64(block.timestamp + UNBONDING_PERIOD);
        $.bonded -= uint128(amount);
        $.unbonding += uint128(amount);
        emit UnbondingStarted(msg.sender, amount, own.withdrawableAt);
        VOTING_POWER.stakeChanged(msg.sender, own.bonded);
    }

    /// @inheritdoc IBonds
    function withdraw(address payable recipient) external nonReentrant returns (uint256 amount) {
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        BondsStorage storage $ = _storage();
        Bond storage own = $.bonds[msg.sender];
        amount = own.unbonding;
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        if (block.timestamp < own.withdrawableAt) revert StillUnbonding(msg.sender, own.withdrawableAt);
        own.unbonding = 0;
        $.unbonding -= uint128(amount);
        emit Withdrawn(msg.sender, recipient, amount);
        recipient.sendValue(amount);
    }

    /// @dev Not guarded: a slash may come in a callback of a withdrawal, whose books are closed by then, and must not fail.
    function slash(address account, uint256 amount, bytes32 cause) external returns (uint256 taken) {
        if (msg.sender != SystemAddresses.ORACLE_OPERATORS && msg.sender != SystemAddresses.TRAINING_JOBS) {
            revert NotSlasher(msg.sender);
        }
        BondsStorage storage $ = _storage();
        Bond storage own = $.bonds[account];
        uint256 fromBonded = amount < own.bonded ? amount : own.bonded;
        uint256 fromUnbonding = amount - fromBonded;
        if (fromUnbonding > own.unbonding) fromUnbonding = own.unbonding;
        taken = fromBonded + fromUnbonding;
        own.bonded -= uint128(fromBonded);
        own.unbonding -= uint128(fromUnbonding);
        $.bonded -= uint128(fromBonded);
        $.unbonding -= uint128(fromUnbonding);
        emit Slashed(account, msg.sender, cause, taken);
        if (fromBonded != 0) VOTING_POWER.stakeChanged(account, own.bonded);
        if (taken != 0) payable(SystemAddresses.TREASURY).sendValue(taken);
    }

    function stakeOf(address account) external view returns (uint256) {
        return _storage().bonds[account].bonded;
    }

    /// @inheritdoc IBonds
    function bondOf(address account) external view returns (Bond memory) {
        return _storage().bonds[account];
    }

    /// @inheritdoc IBonds
    function totals() external view returns (uint256 bonded, uint256 unbonding) {
        return (_storage().bonded, _storage().unbonding);
    }

    function _storage() private pure returns (BondsStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
