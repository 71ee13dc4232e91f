// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {IOwnershipReceipts} from "./interfaces/IOwnershipReceipts.sol";
import {ContributionPools} from "./libraries/ContributionPools.sol";
import {Currency} from "./libraries/Currency.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Attribution
/// @notice Implements IAttribution, where every function is described.
/// @dev Per asset and currency there is one number, what was ever credited to it (see ContributionPools), and per contributor
/// its debt, what it was paid before. A contributor can claim what it has earned, rounded down to whole wei, less its debt.
/// Since the rounding is of the whole and not of each payment, what it leaves behind counts again at the next claim.
contract Attribution is IAttribution, EIP712Upgradeable, ReentrancyGuardTransient {
    using ContributionPools for ContributionPools.Pool;

    /// @dev More than will ever exist in wei. In units of 10^-32 wei it is below 2^235, which leaves room for a weight.
    uint256 public constant MAX_REVENUE = type(uint128).max;
    uint256 public constant MAX_PROTOCOL_FEE = 1_000;
    /// @notice What the protocol takes of revenue until governance decides otherwise, in basis points.
    uint16 public constant DEFAULT_PROTOCOL_FEE = 100;
    /// @dev Of one account to one asset, after registration: bounds the cost of a claim.
    uint256 public constant MAX_LATER_CONTRIBUTIONS = 8;
    /// @dev One whole share, of the registry's lineage, and the fixed point of the books.
    uint256 private constant SHARE_ONE = 1e32;
    uint256 private constant TEN_THOUSAND = 10_000;
    bytes32 private constant CONTRIBUTION_TYPE_HASH =
        keccak256(
            "Contribution(uint256 assetId,address account,uint8 role,uint16 weight,bytes32 evidence,uint64 deadline)"
        );

    /// @dev The books of one currency, in one slot.
    struct Totals {
        uint128 received;
        uint128 paid;
    }

    /// @dev `isSet` tells a fee of zero from one that was never set.
    struct FeeSetting {
        uint16 fee;
        bool isSet;
    }

    /// @custom:storage-location erc7201:qanat.storage.Attribution
    struct AttributionStorage {
        FeeSetting feeSetting;
        mapping(address token => Totals) totals;
        mapping(address token => uint256) feesE32;
        mapping(uint256 assetId => mapping(address token => ContributionPools.Pool)) pools;
        mapping(uint256 assetId => mapping(address token => ContributionPools.Mark[])) marks;
        mapping(uint256 assetId => mapping(address token => mapping(address contributor => uint256))) paid;
        mapping(uint256 assetId => mapping(address token => uint256)) paidToShares;
        mapping(uint256 assetId => ContributionPools.Weights) weights;
        mapping(uint256 assetId => mapping(address contributor => ContributionPools.Later[])) later;
        mapping(uint256 assetId => mapping(bytes32 evidence => bool)) recorded;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Attribution")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0xc992f343fe6d553a837b5f215eb0a08c424bc7ba931dfee009cdb69bdf0bba00;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    IOwnershipReceipts private constant RECEIPTS = IOwnershipReceipts(SystemAddresses.OWNERSHIP_RECEIPTS);

    /// @inheritdoc IAttribution
    function receiveRevenue(uint256 assetId, RevenueSource source) external payable {
        _receive(assetId, Currency.COIN, msg.value, source);
    }

    /// @inheritdoc IAttribution
    function receiveToken(
        uint256 assetId,
        address token,
        uint256 amount,
        RevenueSource source
    ) external nonReentrant {
        Totals memory totals = _storage().totals[token];
        Currency.pull(token, amount, totals.received - totals.paid);
        _receive(assetId, token, amount, source);
    }

    /// @inheritdoc IAttribution
    function claim(uint256 assetId) external returns (uint256 amount) {
        return claimToken(assetId, Currency.COIN, msg.sender);
    }

    /// @inheritdoc IAttribution
    function claimTo(uint256 assetId, address payable recipient) external returns (uint256 amount) {
        return claimToken(assetId, Currency.COIN, recipient);
    }

    /// @inheritdoc IAttribution
    function claimToken(
        uint256 assetId,
        address token,
        address recipient
    ) public nonReentrant returns (uint256 amount) {
        amount = _settle(assetId, token, recipient);
        if (amount == 0) revert NothingToClaim(assetId, msg.sender);
        _pay(token, recipient, amount);
    }

    /// @inheritdoc IAttribution
    function claimMany(uint256[] calldata assetIds) external nonReentrant returns (uint256 amount) {
        for (uint256 i = 0; i < assetIds.length; ++i) amount += _settle(assetIds[i], Currency.COIN, msg.sender);
        if (amount != 0) _pay(Currency.COIN, msg.sender, amount);
    }

    /// @inheritdoc IAttribution
    function recordContribution(Contribution calldata contribution, bytes calldata signature) external nonReentrant {
        uint256 assetId = contribution.assetId;
        IAssetRegistry.Asset memory asset = REGISTRY.getAsset(assetId);
        if (asset.status != IAssetRegistry.AssetStatus.Active) {
            revert IAssetRegistry.AssetNotActive(assetId, asset.status);
        }
        _checkContribution(contribution, signature, asset.creator);

        AttributionStorage storage $ = _storage();
        if ($.recorded[assetId][contribution.evidence]) {
            revert ContributionAlreadyRecorded(assetId, contribution.evidence);
        }
        $.recorded[assetId][contribution.evidence] = true;
        ContributionPools.Weights memory weights = $.weights[assetId];
        uint256 left = asset.laterWeight - weights.later;
        if (contribution.weight > left) revert LaterWeightExceeded(assetId, contribution.weight, left);
        weights.later += contribution.weight;
        weights.epoch += 1;
        $.weights[assetId] = weights;
        ContributionPools.Later[] storage later = $.later[assetId][contribution.account];
        if (later.length == MAX_LATER_CONTRIBUTIONS) {
            revert TooManyContributions(contribution.account, MAX_LATER_CONTRIBUTIONS);
        }
        later.push(ContributionPools.Later(contribution.weight, weights.epoch));
        emit ContributionRecorded(
            assetId,
            contribution.account,
            contribution.role,
            contribution.weight,
            contribution.evidence,
            ContributionPools.NAMED_WEIGHT + weights.later
        );
        _writeReceipt(contribution);
    }

    /// @inheritdoc IAttribution
    function payShareRevenue(
        uint256 assetId,
        address token,
        address recipient,
        uint256 amount
    ) external nonReentrant {
        // The asset's share token has the one address that the factory can make for it.
        address shareToken = Clones.predictDeterministicAddress(
            SystemAddresses.SHARE_TOKEN,
            bytes32(assetId),
            SystemAddresses.SHARES
        );
        if (msg.sender != shareToken) revert NotShareToken(assetId, msg.sender);
        AttributionStorage storage $ = _storage();
        uint256 paidBefore = $.paidToShares[assetId][token];
        uint256 earned = ContributionPools.sharesE32(
            $.pools[assetId][token].creditedE32,
            RECEIPTS.sharesRatioOf(assetId)
        ) / SHARE_ONE;
        if (amount > earned - paidBefore) revert ShareRevenueExceeded(assetId, amount, earned - paidBefore);
        $.paidToShares[assetId][token] = paidBefore + amount;
        emit ShareRevenuePaid(assetId, recipient, token, amount);
        _pay(token, recipient, amount);
    }

    /// @inheritdoc IAttribution
    function setProtocolFee(uint16 fee) external {
        if (msg.sender != SystemAddresses.GOVERNANCE) revert OnlyGovernance(msg.sender);
        if (fee > MAX_PROTOCOL_FEE) revert ProtocolFeeTooHigh(fee, MAX_PROTOCOL_FEE);
        emit ProtocolFeeSet(protocolFee(), fee);
        _storage().feeSetting = FeeSetting(fee, true);
    }

    /// @inheritdoc IAttribution
    function payProtocolFees(address token) external nonReentrant returns (uint256 amount) {
        AttributionStorage storage $ = _storage();
        uint256 feesE32 = $.feesE32[token];
        amount = feesE32 / SHARE_ONE;
        if (amount == 0) revert NothingToClaim(0, SystemAddresses.TREASURY);
        $.feesE32[token] = feesE32 - amount * SHARE_ONE;
        emit ProtocolFeePaid(token, amount);
        _pay(token, SystemAddresses.TREASURY, amount);
    }

    /// @inheritdoc IAttribution
    function hashContribution(Contribution calldata contribution) public view returns (bytes32) {
        // All members are words of themselves, so the encoding is that of EIP-712.
        return _hashTypedDataV4(keccak256(abi.encode(CONTRIBUTION_TYPE_HASH, contribution)));
    }

    /// @inheritdoc IAttribution
    function totalWeight(uint256 assetId) external view returns (uint256) {
        return ContributionPools.NAMED_WEIGHT + _storage().weights[assetId].later;
    }

    /// @inheritdoc IAttribution
    function claimable(uint256 assetId, address account) external view returns (uint256) {
        return claimableToken(assetId, Currency.COIN, account);
    }

    /// @inheritdoc IAttribution
    function claimableToken(uint256 assetId, address token, address account) public view returns (uint256) {
        AttributionStorage storage $ = _storage();
        (uint256 weight, uint256 sharesRatio) = RECEIPTS.claimTermsOf(assetId, account);
        if (weight == 0) return 0;
        ContributionPools.Pool memory pool = $.pools[assetId][token];
        ContributionPools.Mark[] storage marks = $.marks[assetId][token];
        ContributionPools.Later[] storage later = $.later[assetId][account];
        uint256 earnedE32 = 0;
        for (uint256 i = 0; i < later.length; ++i) {
            ContributionPools.Later memory added = later[i];
            weight -= added.weight;
            earnedE32 += ContributionPools.earnedByLater(pool, marks, sharesRatio, added);
        }
        // What is left of the weight is what the account was named with, if it was.
        if (weight != 0) earnedE32 += ContributionPools.earnedByNamed(pool, marks, sharesRatio, weight);
        return earnedE32 / SHARE_ONE - $.paid[assetId][token][account];
    }

    /// @inheritdoc IAttribution
    function paid(uint256 assetId, address account) external view returns (uint256) {
        return _storage().paid[assetId][Currency.COIN][account];
    }

    /// @inheritdoc IAttribution
    function paidToken(uint256 assetId, address token, address account) external view returns (uint256) {
        return _storage().paid[assetId][token][account];
    }

    /// @inheritdoc IAttribution
    function creditedE32(uint256 assetId) external view returns (uint256) {
        return _storage().pools[assetId][Currency.COIN].creditedE32;
    }

    /// @inheritdoc IAttribution
    function creditedTokenE32(uint256 assetId, address token) external view returns (uint256) {
        return _storage().pools[assetId][token].creditedE32;
    }

    /// @inheritdoc IAttribution
    function totalReceived() external view returns (uint256) {
        return _storage().totals[Currency.COIN].received;
    }

    /// @inheritdoc IAttribution
    function totalPaid() external view returns (uint256) {
        return _storage().totals[Currency.COIN].paid;
    }

    /// @inheritdoc IAttribution
    function totalsOf(address token) external view returns (uint256 received, uint256 paidOut) {
        Totals memory totals = _storage().totals[token];
        return (totals.received, totals.paid);
    }

    /// @inheritdoc IAttribution
    function protocolFee() public view returns (uint16) {
        FeeSetting memory setting = _storage().feeSetting;
        return setting.isSet ? setting.fee : DEFAULT_PROTOCOL_FEE;
    }

    /// @inheritdoc IAttribution
    function protocolFeesE32(address token) external view returns (uint256) {
        return _storage().feesE32[token];
    }

    function _receive(uint256 assetId, address token, uint256 amount, RevenueSource source) private {
        if (amount == 0) revert NoRevenue();
        // Reverts for an asset that does not exist.
        (uint256[] memory ancestors, uint256[] memory shares) = REGISTRY.lineage(assetId);

        AttributionStorage storage $ = _storage();
        uint256 received = $.totals[token].received;
        if (amount > MAX_REVENUE - received) revert RevenueTooLarge(amount, MAX_REVENUE);
        $.totals[token].received = uint128(received + amount);

        uint256 fee = protocolFee();
        uint256 feeE32 = amount * fee * (SHARE_ONE / TEN_THOUSAND);
        if (feeE32 != 0) $.feesE32[token] += feeE32;
        uint256 keptE32 = amount * SHARE_ONE - feeE32;
        uint256 afterFee = amount * (TEN_THOUSAND - fee);
        for (uint256 i = 0; i < ancestors.length; ++i) {
            // Rounded down to 10^-32 wei; the asset keeps the rest.
            uint256 royaltyE32 = (afterFee * shares[i]) / TEN_THOUSAND;
            if (royaltyE32 == 0) continue;
            keptE32 -= royaltyE32;
            _credit($, ancestors[i], token, royaltyE32);
            emit RoyaltyCredited(ancestors[i], assetId, token, royaltyE32);
        }
        _credit($, assetId, token, keptE32);
        emit RevenueReceived(assetId, msg.sender, token, source, amount, feeE32, keptE32);
    }

    function _credit(AttributionStorage storage $, uint256 assetId, address token, uint256 amountE32) private {
        ContributionPools.Weights memory weights = $.weights[assetId];
        ContributionPools.Pool storage pool = $.pools[assetId][token];
        // The ratio matters only for a mark, which an asset without later contributions never needs.
        uint256 sharesRatio = weights.epoch == pool.epoch ? 0 : RECEIPTS.sharesRatioOf(assetId);
        pool.credit($.marks[assetId][token], weights, sharesRatio, amountE32);
    }

    function _checkContribution(
        Contribution calldata contribution,
        bytes calldata signature,
        address creator
    ) private view {
        address account = contribution.account;
        if (block.timestamp > contribution.deadline) {
            revert ContributionExpired(contribution.deadline, block.timestamp);
        }
        if (account == address(0) || contribution.weight == 0 || contribution.evidence == 0) {
            revert InvalidContribution();
        }
        // Training jobs have their contributors' consent before there is an asset.
        if (msg.sender == SystemAddresses.TRAINING_JOBS) return;
        if (msg.sender != creator) revert NotContributionRecorder(contribution.assetId, msg.sender);
        if (account == msg.sender) return;
        if (!SignatureChecker.isValidSignatureNowCalldata(account, hashContribution(contribution), signature)) {
            revert ContributionUnsigned(account);
        }
    }

    function _writeReceipt(Contribution calldata contribution) private {
        IAssetRegistry.Contributor memory contributor = IAssetRegistry.Contributor(
            contribution.account,
            contribution.role,
            contribution.weight,
            contribution.evidence
        );
        if (RECEIPTS.receiptOf(contribution.assetId, contribution.account) == 0) {
            RECEIPTS.issue(contribution.assetId, contributor);
        } else {
            RECEIPTS.addWeight(contribution.assetId, contributor);
        }
    }

    /// @dev Books what the caller can claim as paid; the caller of this function pays it.
    function _settle(uint256 assetId, address token, address recipient) private returns (uint256 amount) {
        amount = claimableToken(assetId, token, msg.sender);
        if (amount == 0) return 0;
        _storage().paid[assetId][token][msg.sender] += amount;
        emit RevenueClaimed(assetId, msg.sender, token, recipient, amount);
    }

    function _pay(address token, address recipient, uint256 amount) private {
        Totals storage totals = _storage().totals[token];
        uint256 booked = totals.received - totals.paid;
        totals.paid += uint128(amount);
        Currency.pay(token, recipient, amount, booked);
    }

    function _EIP712Name() internal pure override returns (string memory) {
        return "Qanat Attribution";
    }

    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }

    function _storage() private pure returns (AttributionStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
