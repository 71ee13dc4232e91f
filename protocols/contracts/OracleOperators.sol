// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IOracleOperators} from "./interfaces/IOracleOperators.sol";
import {IStakeSource} from "./interfaces/IStakeSource.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title OracleOperators
/// @notice Implements IOracleOperators, where every function is described.
contract OracleOperators is IOracleOperators {
    /// @notice Services of one model: `pick` reads them all, and a request remembers in a bitmap whom it has tried.
    uint256 public constant MAX_OPERATORS = 16;
    uint256 private constant DEFAULT_MINIMUM_STAKE = 100 ether;
    uint256 private constant DEFAULT_PENALTY = 1 ether;

    /// @custom:storage-location erc7201:qanat.storage.OracleOperators
    struct OracleOperatorsStorage {
        /// Zero: the default. The setters refuse zero.
        uint256 minimumStake;
        uint256 penalty;
        mapping(uint256 assetId => Service[]) services;
        mapping(uint256 assetId => mapping(address operator => bool)) named;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.OracleOperators")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0xec1fa13751f8337c75b9e8d5258b2938daa417a108c29f46379c58388bcf0600;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    IStakeSource private constant STAKE = IStakeSource(SystemAddresses.BONDS);

    modifier onlyGovernance() {
        if (msg.sender != SystemAddresses.GOVERNANCE) revert OnlyGovernance(msg.sender);
        _;
    }

    /// @inheritdoc IOracleOperators
    function nameOperator(uint256 assetId, address operator, bool isNamed_) external {
        if (REGISTRY.creatorOf(assetId) != msg.sender) revert NotCreator(assetId, msg.sender);
        if (operator == address(0)) revert InvalidOperator(operator);
        _storage().named[assetId][operator] = isNamed_;
        emit OperatorNamed(assetId, operator, isNamed_);
    }

    /// @inheritdoc IOracleOperators
    function serve(uint256 assetId, uint128 fee, uint32 callbackGasMax) external {
        OracleOperatorsStorage storage $ = _storage();
        if (!$.named[assetId][msg.sender]) revert OperatorNotNamed(assetId, msg.sender);
        uint256 stake = STAKE.stakeOf(msg.sender);
        if (stake < minimumStake()) revert StakeTooLow(msg.sender, stake, minimumStake());
        Service[] storage services = $.services[assetId];
        uint256 index = _placeFor(assetId, services);
        Service memory service = Service(msg.sender, fee, callbackGasMax, true);
        if (index == services.length) services.push(service);
        else services[index] = service;
        emit ServiceOffered(assetId, msg.sender, index, fee, callbackGasMax);
    }

    /// @inheritdoc IOracleOperators
    function stopServing(uint256 assetId) external {
        Service[] storage services = _storage().services[assetId];
        for (uint256 i = 0; i < services.length; ++i) {
            if (services[i].operator != msg.sender || !services[i].isActive) continue;
            services[i].isActive = false;
            emit ServiceStopped(assetId, msg.sender);
            return;
        }
        revert NotServing(assetId, msg.sender);
    }

    /// @inheritdoc IOracleOperators
    function pick(
        uint256 assetId,
        uint256 callbackGas,
        uint256 feeMax,
        uint256 excluded
    ) external view returns (uint256 index, address operator, uint128 fee) {
        Service[] storage services = _storage().services[assetId];
        uint256 minimum = minimumStake();
        uint256 count = services.length;
        for (uint256 i = 0; i < count; ++i) {
            if ((excluded >> i) & 1 == 1) continue;
            Service memory service = services[i];
            if (!service.isActive || service.fee > feeMax || service.callbackGasMax < callbackGas) continue;
            if (operator != address(0) && service.fee >= fee) continue;
            if (!_storage().named[assetId][service.operator] || STAKE.stakeOf(service.operator) < minimum) continue;
            (index, operator, fee) = (i, service.operator, service.fee);
        }
    }

    /// @inheritdoc IOracleOperators
    function punish(address operator, uint256 requestId) external {
        if (msg.sender != SystemAddresses.INFERENCE_ORACLE) revert OnlyOracle(msg.sender);
        uint256 taken = STAKE.slash(operator, penalty(), bytes32(requestId));
        emit OperatorPunished(operator, requestId, taken);
    }

    /// @inheritdoc IOracleOperators
    function setMinimumStake(uint256 amount) external onlyGovernance {
        if (amount < penalty()) revert PenaltyAboveStake(penalty(), amount);
        emit MinimumStakeChanged(minimumStake(), amount);
        _storage().minimumStake = amount;
    }

    /// @inheritdoc IOracleOperators
    function setPenalty(uint256 amount) external onlyGovernance {
        if (amount == 0 || amount > minimumStake()) revert PenaltyAboveStake(amount, minimumStake());
        emit PenaltyChanged(penalty(), amount);
        _storage().penalty = amount;
    }

    /// @inheritdoc IOracleOperators
    function servicesOf(uint256 assetId) external view returns (Service[] memory) {
        return _storage().services[assetId];
    }

    /// @inheritdoc IOracleOperators
    function isNamed(uint256 assetId, address operator) external view returns (bool) {
        return _storage().named[assetId][operator];
    }

    /// @inheritdoc IOracleOperators
    function minimumStake() public view returns (uint256) {
        uint256 stored = _storage().minimumStake;
        return stored == 0 ? DEFAULT_MINIMUM_STAKE : stored;
    }

    /// @inheritdoc IOracleOperators
    function penalty() public view returns (uint256) {
        uint256 stored = _storage().penalty;
        return stored == 0 ? DEFAULT_PENALTY : stored;
    }

    /// @dev The caller's own place, or the first that is free, or a new one.
    function _placeFor(uint256 assetId, Service[] storage services) private view returns (uint256 place) {
        uint256 count = services.length;
        place = count;
        for (uint256 i = 0; i < count; ++i) {
            if (services[i].operator == msg.sender) return i;
            if (place == count && !services[i].isActive) place = i;
        }
        if (place == MAX_OPERATORS) revert TooManyOperators(assetId, MAX_OPERATORS);
    }

    function _storage() private pure returns (OracleOperatorsStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
