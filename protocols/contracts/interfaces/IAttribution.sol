// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetRegistry} from "./IAssetRegistry.sol";

/// @title Attribution of revenue, the system contract at 0x…1015
/// @notice The one way in which an asset earns, in the chain's coin or in an ERC-20 token. What comes in for an asset is
/// split at once: first the protocol's fee; then between the asset and all its ancestors by the shares frozen in the
/// registry, so no royalty depends on anybody's good will. The cost is linear in the ancestors (at most 32) and does not
/// depend on contributors, holders or history. What an asset keeps belongs, by its frozen `sharesRatio`, to the holders of
/// its shares (who claim at the asset's share token) and to its contributors, who pull what their weight gives them here.
///
/// Almost nothing is rounded on the way in: amounts are credited in units of 10^-32 wei (names end in E32), and paying in
/// small pieces costs nobody a royalty. Only what somebody can claim is rounded down, to whole wei, from all that it ever
/// earned. For every asset and currency, paid + claimable + dust = credited, where dust is less than one wei for each
/// contributor and share holder, stays in this contract, and is claimable as soon as later revenue completes the wei.
/// For the contract as a whole, balance = received - paid (plus what was forced in, which is nobody's).
///
/// Currencies are named by their token's address; the zero address is the chain's coin.
/// @custom:source Sahara AI litepaper, "AI Attribution SBPs"
interface IAttribution {
    enum RevenueSource {
        Direct,
        License,
        Inference,
        Resale,
        Partnership,
        Reward,
        Api
    }

    /// @notice A contribution made after registration. This is the EIP-712 message that the contributor signs.
    /// Domain: name "Qanat Attribution", version "1", this chain, this contract.
    struct Contribution {
        uint256 assetId;
        address account;
        IAssetRegistry.ContributorRole role;
        /// Added to the asset's weights, 10,000 of which are those of the named contributors.
        uint16 weight;
        /// Hash of what was contributed, or of the evidence for it; not zero, and once per asset.
        bytes32 evidence;
        /// Last second at which it may be recorded.
        uint64 deadline;
    }

    /// @notice Revenue came in for an asset. The protocol takes `feeE32`, the asset keeps `keptE32`; the rest went to its
    /// ancestors.
    event RevenueReceived(
        uint256 indexed assetId,
        address indexed payer,
        address indexed token,
        RevenueSource source,
        uint256 amount,
        uint256 feeE32,
        uint256 keptE32
    );
    /// @notice Part of an asset's revenue was credited to one of its ancestors.
    event RoyaltyCredited(
        uint256 indexed ancestorId,
        uint256 indexed assetId,
        address indexed token,
        uint256 amountE32
    );
    event RevenueClaimed(
        uint256 indexed assetId,
        address indexed account,
        address indexed token,
        address recipient,
        uint256 amount
    );
    /// @notice Share holders' revenue left for a recipient that the asset's share token named.
    event ShareRevenuePaid(
        uint256 indexed assetId,
        address indexed recipient,
        address indexed token,
        uint256 amount
    );
    event ContributionRecorded(
        uint256 indexed assetId,
        address indexed account,
        IAssetRegistry.ContributorRole role,
        uint16 weight,
        bytes32 evidence,
        uint256 totalWeight
    );
    event ProtocolFeeSet(uint16 previousFee, uint16 fee);
    event ProtocolFeePaid(address indexed token, uint256 amount);

    error NoRevenue();
    error RevenueTooLarge(uint256 amount, uint256 max);
    error NothingToClaim(uint256 assetId, address account);
    error InvalidRecipient(address recipient);
    error NotAToken(address token);
    /// @notice The token took a fee, or gave more than was sent.
    error TokenAmountChanged(address token, uint256 expected, uint256 actual);
    /// @notice The token's balance fell below what the books say without a payment: it rebases.
    error TokenRebased(address token, uint256 balance, uint256 expected);
    error OnlyGovernance(address caller);
    error ProtocolFeeTooHigh(uint256 fee, uint256 max);
    error NotShareToken(uint256 assetId, address caller);
    error ShareRevenueExceeded(uint256 assetId, uint256 amount, uint256 available);
    error NotContributionRecorder(uint256 assetId, address caller);
    error ContributionExpired(uint64 deadline, uint256 timestamp);
    error ContributionAlreadyRecorded(uint256 assetId, bytes32 evidence);
    error ContributionUnsigned(address account);
    error InvalidContribution();
    /// @notice The frozen terms leave less weight to later contributions.
    error LaterWeightExceeded(uint256 assetId, uint256 weight, uint256 left);
    error TooManyContributions(address account, uint256 max);

    /// @notice Brings in revenue for an asset: the value sent. Anyone may. Reverts with UnknownAsset.
    function receiveRevenue(uint256 assetId, RevenueSource source) external payable;

    /// @notice Brings in revenue in an ERC-20 token, which the caller has approved for this contract. Tokens that deliver
    /// another amount than they were told to, or whose balances shrink by themselves, are refused.
    function receiveToken(uint256 assetId, address token, uint256 amount, RevenueSource source) external;

    /// @notice Pays the caller what it can claim from an asset in the chain's coin.
    function claim(uint256 assetId) external returns (uint256 amount);

    /// @notice Pays `recipient` what the caller can claim from an asset, for callers that cannot receive coin.
    function claimTo(uint256 assetId, address payable recipient) external returns (uint256 amount);

    /// @notice Claims from several assets in one payment; assets with nothing to claim are passed over.
    function claimMany(uint256[] calldata assetIds) external returns (uint256 amount);

    /// @notice Pays `recipient` what the caller can claim from an asset in a token.
    function claimToken(uint256 assetId, address token, address recipient) external returns (uint256 amount);

    /// @notice Records a contribution to an existing asset, within the `laterWeight` of its frozen terms. It takes part in
    /// all revenue from then on and in none before. Only the asset's creator and TrainingJobs may.
    /// @param signature of `hashContribution(contribution)` by the contributor (ECDSA or ERC-1271); empty when the
    /// contributor is the creator who calls
    function recordContribution(Contribution calldata contribution, bytes calldata signature) external;

    function hashContribution(Contribution calldata contribution) external view returns (bytes32);

    /// @notice Sum of the weights of all contributions to the asset so far.
    function totalWeight(uint256 assetId) external view returns (uint256);

    /// @notice What the account can claim from an asset as a contributor now, in wei.
    function claimable(uint256 assetId, address account) external view returns (uint256);

    function claimableToken(uint256 assetId, address token, address account) external view returns (uint256);

    /// @notice What the account has been paid from an asset as a contributor so far, in wei.
    function paid(uint256 assetId, address account) external view returns (uint256);

    function paidToken(uint256 assetId, address token, address account) external view returns (uint256);

    /// @notice What has been credited to an asset so far, its own revenue and royalties, in 10^-32 wei.
    function creditedE32(uint256 assetId) external view returns (uint256);

    function creditedTokenE32(uint256 assetId, address token) external view returns (uint256);

    /// @notice All revenue that ever came in, in wei.
    function totalReceived() external view returns (uint256);

    /// @notice All that was ever paid out, in wei.
    function totalPaid() external view returns (uint256);

    /// @notice The books of one currency: all that came in, and all that was paid out.
    function totalsOf(address token) external view returns (uint256 received, uint256 paidOut);

    /// @notice The protocol's part of all revenue, in basis points; at most 1,000.
    function protocolFee() external view returns (uint16);

    /// @notice Sets the protocol's fee for later revenue. Only governance may.
    function setProtocolFee(uint16 fee) external;

    /// @notice Fees that the treasury has not been paid yet, in 10^-32 of the currency's smallest unit.
    function protocolFeesE32(address token) external view returns (uint256);

    /// @notice Pays the treasury (0x…1003) its fees, in whole units of the currency. Anyone may call.
    function payProtocolFees(address token) external returns (uint256 amount);

    /// @notice Pays share holders' revenue out. Only the asset's share token may.
    function payShareRevenue(uint256 assetId, address token, address recipient, uint256 amount) external;
}
