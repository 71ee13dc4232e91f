// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Metering of API licences, the system contract at 0x…1017
/// @notice An account that the licensor approved opens an API licence with a prepaid balance, at a price per call that
/// stays. For each call it signs a voucher off chain: the number of all calls so far, under a rising nonce. The last
/// voucher settles all before it, for any number of calls at the same cost; many licences settle in one batch. The earned
/// part goes to Attribution; the holder takes back the rest.
/// @custom:source Sahara AI litepaper, "API License"; EIP-712
interface IApiMetering {
    /// @notice The EIP-712 message that the holder signs. Domain: name "Qanat ApiMetering", version "1".
    struct Voucher {
        uint256 licenseId;
        /// Greater than that of every voucher settled before.
        uint64 nonce;
        /// All calls since the licence was opened, this one included.
        uint64 calls;
    }

    struct Meter {
        uint96 callPrice;
        /// Prepaid and not settled, in wei.
        uint96 balance;
        uint64 calls;
        uint64 nonce;
        /// Last second of the approval.
        uint64 approvedUntil;
        /// When the holder asked to close it; 0 when it did not.
        uint64 closingSince;
    }

    event ApprovalRequested(uint256 indexed assetId, address indexed account, bytes32 evidence);
    event Approved(uint256 indexed assetId, address indexed account, uint64 approvedUntil, bytes32 evidence);
    event MeterOpened(uint256 indexed licenseId, uint256 indexed assetId, address indexed holder, uint96 callPrice);
    event Deposited(uint256 indexed licenseId, address indexed payer, uint256 amount);
    event CallsSettled(uint256 indexed licenseId, uint256 indexed assetId, uint64 nonce, uint64 calls, uint256 amount);
    event ClosingStarted(uint256 indexed licenseId, uint64 refundableAt);
    event BalanceRefunded(uint256 indexed licenseId, address indexed holder, address recipient, uint256 amount);

    error NotAssetCreator(uint256 assetId, address caller);
    error InvalidApproval(uint64 approvedUntil);
    error NotApproved(uint256 assetId, address account);
    error ApprovalExpired(uint256 licenseId, uint64 approvedUntil);
    error UnknownMeter(uint256 licenseId);
    error MeterClosed(uint256 licenseId);
    error NotMeterHolder(uint256 licenseId, address caller);
    error NoDeposit();
    error DepositTooLarge(uint256 balance, uint256 max);
    error EmptyBatch();
    error BatchTooLarge(uint256 count, uint256 max);
    error SignatureCountWrong(uint256 signatures, uint256 vouchers);
    /// @notice A voucher with this nonce or a later one was settled.
    error VoucherReplayed(uint256 licenseId, uint64 nonce, uint64 settledNonce);
    /// @notice The voucher's count of calls does not go beyond what was settled.
    error NoNewCalls(uint256 licenseId, uint64 calls, uint64 settledCalls);
    error Overspent(uint256 licenseId, uint256 amount, uint256 balance);
    error VoucherUnsigned(uint256 licenseId);
    error StillClosing(uint256 licenseId, uint64 refundableAt);
    error NothingToRefund(uint256 licenseId);

    /// @notice Asks the licensor for approval, with the hash of evidence that the criteria are met.
    function requestApproval(uint256 assetId, bytes32 evidence) external;

    /// @notice Approves an account until a time, or ends its approval with a time that has passed. The asset's creator may;
    /// a licence that is open takes the new time.
    function approve(uint256 assetId, address account, uint64 approvedUntil, bytes32 evidence) external;

    /// @notice Opens an API licence for the caller, or pays into the one it has. The value sent is prepaid.
    function open(uint256 assetId) external payable returns (uint256 licenseId);

    /// @notice Adds to a balance. Anyone may.
    function deposit(uint256 licenseId) external payable;

    /// @notice Settles the newest voucher of each of at most 64 licences; all or none. Anyone may.
    function settle(Voucher[] calldata vouchers, bytes[] calldata signatures) external returns (uint256 amount);

    function hashVoucher(Voucher calldata voucher) external view returns (bytes32);

    /// @notice Starts to close the caller's licence: no more calls; the licensor has CLOSING_DELAY seconds to settle.
    function startClosing(uint256 licenseId) external;

    /// @notice Pays the holder what was not used, when closing is over, the approval has ended, or the licence was revoked.
    function refund(uint256 licenseId, address payable recipient) external returns (uint256 amount);

    function getMeter(uint256 licenseId) external view returns (Meter memory);

    /// @notice Whether at least one more call is paid for, under an approval that stands.
    function canCall(uint256 licenseId) external view returns (bool);

    function approvedUntil(uint256 assetId, address account) external view returns (uint64);

    /// @notice The account's API licence for the asset; 0 when it has none.
    function meterOf(uint256 assetId, address account) external view returns (uint256 licenseId);
}
