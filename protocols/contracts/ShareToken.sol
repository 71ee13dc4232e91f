// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {ERC20PermitUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20PermitUpgradeable.sol";
import {ERC20VotesUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20VotesUpgradeable.sol";
import {NoncesUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/NoncesUpgradeable.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {IERC7641, IERC7641AltRevToken} from "./interfaces/IERC7641.sol";
import {IShares} from "./interfaces/IShares.sol";
import {IShareToken} from "./interfaces/IShareToken.sol";
import {ContributionPools} from "./libraries/ContributionPools.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title ShareToken
/// @notice Implements IShareToken, where every function is described. What every asset's share token is a clone of.
/// @dev Let S be the share holders' part of all revenue, of which the redeem ratio is kept for burning. The accumulated
/// revenue per unit, acc = floor((S · (1 - redeem) - base) / supply), is worked out from Attribution's number and never
/// written: base is 0 until shares are burnt, when it takes up what the burnt ones had accumulated. An account has earned
/// balance · acc less its debt, which can be negative: it falls by what leaves with shares and rises by what comes with
/// them, and by what is paid. No rounding happens to a debt; a claim rounds down to whole wei.
contract ShareToken is IShareToken, IERC165, ERC20PermitUpgradeable, ERC20VotesUpgradeable {
    using SafeCast for uint256;
    using SafeCast for int256;

    uint256 public constant MAX_REVENUE_TOKENS = 4;
    /// @dev A supply of zero would leave later revenue without an owner.
    uint256 public constant MIN_SUPPLY = 1e18;
    address private constant COIN = address(0);
    uint256 private constant ONE = 1e32;
    uint256 private constant TEN_THOUSAND = 10_000;

    /// @dev Shares that leave an account over time.
    struct Vesting {
        uint128 amount;
        uint32 cliff;
        uint32 duration;
    }

    /// @dev What burning has done to a currency.
    struct Burning {
        /// Taken up by burnt shares: the base of acc.
        uint256 baseE32;
        uint256 redeemedE32;
    }

    /// @custom:storage-location erc7201:qanat.storage.ShareToken
    struct ShareTokenStorage {
        uint128 assetId;
        uint16 sharesRatio;
        uint16 redeemRatio;
        uint40 createdAt;
        uint32 snapshotCount;
        address[] tokens;
        mapping(address account => Vesting) vestings;
        mapping(address currency => Burning) burnings;
        mapping(address currency => mapping(address account => int256)) debtsE32;
        mapping(uint256 snapshotId => mapping(address currency => uint256)) snapshots;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.ShareToken")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x59c0a1eebec44a31b8c3da074b21607bcf30ecc9a914da6f9dd22ef644a66300;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    IAttribution private constant ATTRIBUTION = IAttribution(SystemAddresses.ATTRIBUTION);

    /// @notice Called by the factory, once for each clone. The template itself can never be initialised: the factory calls
    /// clones only.
    function initialize(uint256 id, uint16 ratio, IShares.ShareTerms calldata terms) external initializer {
        if (msg.sender != SystemAddresses.SHARES) revert NotFactory(msg.sender);
        __ERC20_init(terms.name, terms.symbol);
        __ERC20Permit_init(terms.name);
        ShareTokenStorage storage $ = _storage();
        $.assetId = uint128(id);
        $.sharesRatio = ratio;
        $.redeemRatio = terms.redeemRatio;
        $.createdAt = uint40(block.timestamp);
        for (uint256 i = 0; i < terms.allocations.length; ++i) {
            IShares.Allocation calldata allocation = terms.allocations[i];
            if (allocation.duration != 0) {
                $.vestings[allocation.account] = Vesting(allocation.amount, allocation.cliff, allocation.duration);
            }
            // Without debts: what came in before there were shares belongs to those who are allocated them.
            super._update(address(0), allocation.account, allocation.amount);
        }
    }

    /// @inheritdoc IERC7641
    function claim(uint256 snapshotId) external {
        _claim(COIN, _claimable(msg.sender, snapshotId, COIN), msg.sender);
    }

    /// @inheritdoc IShareToken
    function claimTo(address token, address recipient) external returns (uint256 amount) {
        _checkCurrency(token);
        amount = _claimable(msg.sender, 0, token);
        _claim(token, amount, recipient);
    }

    /// @inheritdoc IERC7641
    function snapshot() external returns (uint256 snapshotId) {
        ShareTokenStorage storage $ = _storage();
        uint256 last = $.snapshotCount;
        snapshotId = last + 1;
        bool moved = _mark($, snapshotId, last, COIN);
        for (uint256 i = 0; i < $.tokens.length; ++i) {
            if (_mark($, snapshotId, last, $.tokens[i])) moved = true;
        }
        if (!moved) revert NothingSinceSnapshot(last);
        $.snapshotCount = uint32(snapshotId);
        emit SnapshotTaken(snapshotId);
    }

    /// @inheritdoc IERC7641
    function burn(uint256 amount) external {
        uint256 supply = totalSupply();
        // Who has not that many is told so first.
        if (balanceOf(msg.sender) >= amount && supply - amount < MIN_SUPPLY) {
            revert IShares.InvalidSupply(supply - amount);
        }
        ShareTokenStorage storage $ = _storage();
        uint256 redeemed = redeemableOnBurn(amount);
        uint256 tokenCount = $.tokens.length;
        uint256[] memory inTokens = new uint256[](tokenCount);
        for (uint256 i = 0; i < tokenCount; ++i) inTokens[i] = redeemableERC20OnBurn(amount, $.tokens[i]);

        _burn(msg.sender, amount);
        $.burnings[COIN].redeemedE32 += redeemed * ONE;
        for (uint256 i = 0; i < tokenCount; ++i) {
            // To be claimed: no token can keep anyone from burning.
            $.burnings[$.tokens[i]].redeemedE32 += inTokens[i] * ONE;
            $.debtsE32[$.tokens[i]][msg.sender] -= (inTokens[i] * ONE).toInt256();
        }
        emit SharesBurnt(msg.sender, amount, redeemed);
        if (redeemed != 0) ATTRIBUTION.payShareRevenue($.assetId, COIN, msg.sender, redeemed);
    }

    /// @inheritdoc IShareToken
    function addRevenueToken(address token) external {
        ShareTokenStorage storage $ = _storage();
        if (REGISTRY.creatorOf($.assetId) != msg.sender) revert NotSharesCreator(msg.sender);
        if (token == COIN || _isRevenueToken(token)) revert RevenueTokenKnown(token);
        if ($.tokens.length == MAX_REVENUE_TOKENS) revert TooManyRevenueTokens(MAX_REVENUE_TOKENS);
        $.tokens.push(token);
        // Holders start without debts. Shares that were burnt before have no part in it.
        emit RevenueTokenAdded(token);
    }

    /// @inheritdoc IERC7641
    function claimableRevenue(address account, uint256 snapshotId) external view returns (uint256) {
        return _claimable(account, snapshotId, COIN);
    }

    /// @inheritdoc IERC7641AltRevToken
    function claimableERC20(address account, uint256 snapshotId, address token) external view returns (uint256) {
        if (!_isRevenueToken(token)) return 0;
        return _claimable(account, snapshotId, token);
    }

    /// @inheritdoc IERC7641
    function redeemableOnBurn(uint256 amount) public view returns (uint256) {
        return _redeemable(amount, COIN);
    }

    /// @inheritdoc IERC7641AltRevToken
    function redeemableERC20OnBurn(uint256 amount, address token) public view returns (uint256) {
        if (!_isRevenueToken(token)) return 0;
        return _redeemable(amount, token);
    }

    /// @inheritdoc IShareToken
    function assetId() external view returns (uint256) {
        return _storage().assetId;
    }

    /// @inheritdoc IShareToken
    function redeemRatio() external view returns (uint16) {
        return _storage().redeemRatio;
    }

    /// @inheritdoc IShareToken
    function revenueTokens() external view returns (address[] memory) {
        return _storage().tokens;
    }

    /// @inheritdoc IShareToken
    function vestingOf(address account) public view returns (uint256) {
        ShareTokenStorage storage $ = _storage();
        Vesting memory vesting = $.vestings[account];
        uint256 elapsed = block.timestamp - $.createdAt;
        if (elapsed >= vesting.duration) return 0;
        if (elapsed < vesting.cliff) return vesting.amount;
        // Rounded up: what has vested is rounded down.
        return vesting.amount - (uint256(vesting.amount) * elapsed) / vesting.duration;
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return
            interfaceId == type(IERC165).interfaceId ||
            interfaceId == type(IERC20).interfaceId ||
            interfaceId == type(IERC20Metadata).interfaceId ||
            interfaceId == type(IERC20Permit).interfaceId ||
            interfaceId == type(IERC5805).interfaceId ||
            interfaceId == type(IERC7641).interfaceId ||
            interfaceId == type(IERC7641AltRevToken).interfaceId;
    }

    /// @notice Votes are counted by time, in seconds (ERC-6372).
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20PermitUpgradeable, NoncesUpgradeable) returns (uint256) {
        return super.nonces(owner);
    }

    /// @dev Revenue that came in before goes with the account, not with the shares.
    function _update(
        address from,
        address to,
        uint256 value
    ) internal override(ERC20Upgradeable, ERC20VotesUpgradeable) {
        ShareTokenStorage storage $ = _storage();
        if (value != 0) {
            _checkBalance(from, value);
            _moveDebts($, COIN, from, to, value);
            for (uint256 i = 0; i < $.tokens.length; ++i) _moveDebts($, $.tokens[i], from, to, value);
        }
        super._update(from, to, value);
    }

    function _moveDebts(
        ShareTokenStorage storage $,
        address currency,
        address from,
        address to,
        uint256 value
    ) private {
        uint256 acc = _accumulated($, currency);
        if (acc == 0) return;
        int256 movedE32 = (acc * value).toInt256();
        $.debtsE32[currency][from] -= movedE32;
        if (to == address(0)) $.burnings[currency].baseE32 += uint256(movedE32);
        else $.debtsE32[currency][to] += movedE32;
    }

    function _checkBalance(address account, uint256 value) private view {
        uint256 balance = balanceOf(account);
        if (value > balance) revert ERC20InsufficientBalance(account, balance, value);
        uint256 vesting = vestingOf(account);
        uint256 available = balance > vesting ? balance - vesting : 0;
        if (value > available) revert StillVesting(account, value, available);
    }

    function _claim(address token, uint256 amount, address recipient) private {
        if (recipient == address(0)) revert ZeroRecipient();
        if (amount == 0) revert NoRevenueToClaim(msg.sender, token);
        ShareTokenStorage storage $ = _storage();
        $.debtsE32[token][msg.sender] += (amount * ONE).toInt256();
        emit RevenueClaimed(msg.sender, token, recipient, amount);
        ATTRIBUTION.payShareRevenue($.assetId, token, recipient, amount);
    }

    /// @return moved whether revenue came in since the last snapshot
    function _mark(
        ShareTokenStorage storage $,
        uint256 snapshotId,
        uint256 last,
        address currency
    ) private returns (bool moved) {
        uint256 acc = _accumulated($, currency);
        $.snapshots[snapshotId][currency] = acc;
        return acc != $.snapshots[last][currency];
    }

    function _claimable(address account, uint256 snapshotId, address currency) private view returns (uint256) {
        ShareTokenStorage storage $ = _storage();
        if (snapshotId > $.snapshotCount) revert UnknownSnapshot(snapshotId);
        uint256 acc = snapshotId == 0 ? _accumulated($, currency) : $.snapshots[snapshotId][currency];
        int256 owedE32 = (acc * balanceOf(account)).toInt256() - $.debtsE32[currency][account];
        // Up to a snapshot, less may have come in than was paid since.
        return owedE32 <= 0 ? 0 : owedE32.toUint256() / ONE;
    }

    function _redeemable(uint256 amount, address currency) private view returns (uint256) {
        ShareTokenStorage storage $ = _storage();
        uint256 supply = totalSupply();
        if (amount > supply) revert AmountAboveSupply(amount, supply);
        uint256 keptE32 = (_revenueE32($, currency) * $.redeemRatio) / TEN_THOUSAND - $.burnings[currency].redeemedE32;
        // First to whole units per all shares, so that the product fits.
        return ((keptE32 / ONE) * amount) / supply;
    }

    /// @dev Revenue per smallest unit of a share for claiming, rounded down.
    function _accumulated(ShareTokenStorage storage $, address currency) private view returns (uint256) {
        uint256 revenueE32 = _revenueE32($, currency);
        uint256 redeemE32 = (revenueE32 * $.redeemRatio) / TEN_THOUSAND;
        uint256 supply = totalSupply();
        return supply == 0 ? 0 : (revenueE32 - redeemE32 - $.burnings[currency].baseE32) / supply;
    }

    /// @dev All that the share holders ever got.
    function _revenueE32(ShareTokenStorage storage $, address currency) private view returns (uint256) {
        return ContributionPools.sharesE32(ATTRIBUTION.creditedTokenE32($.assetId, currency), $.sharesRatio);
    }

    function _checkCurrency(address token) private view {
        if (token != COIN && !_isRevenueToken(token)) revert UnknownRevenueToken(token);
    }

    function _isRevenueToken(address token) private view returns (bool) {
        address[] storage tokens = _storage().tokens;
        for (uint256 i = 0; i < tokens.length; ++i) {
            if (tokens[i] == token) return true;
        }
        return false;
    }

    function _storage() private pure returns (ShareTokenStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
