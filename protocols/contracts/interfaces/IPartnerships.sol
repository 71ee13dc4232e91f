// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Partnership licences, the system contract at 0x…1018
/// @notice A licensor and a licensee agree on their own terms, both by EIP-712 signature; the licensee reports its revenue
/// and pays the agreed part of it through Attribution. Who does not report in time is not authorised until it does.
/// @custom:source Sahara AI litepaper, "Partnership License"; EIP-712
interface IPartnerships {
    /// @notice The EIP-712 message that both sides sign. Domain: name "Qanat Partnerships", version "1".
    struct Agreement {
        uint256 assetId;
        address licensee;
        /// Part of the licensee's revenue, in basis points; at least the frozen terms' partnershipShare.
        uint16 revenueShare;
        /// Bit k is ILicensing.Right k.
        uint8 rights;
        uint16 uses;
        uint32 territories;
        /// Seconds.
        uint64 startsAt;
        uint64 endsAt;
        /// A report is due every so many seconds; 0: never.
        uint32 reportingPeriod;
        /// Seconds between a notice of termination and the end.
        uint32 noticePeriod;
        /// Paid by the licensee when it is concluded, in wei.
        uint96 upfront;
        /// Hash of the agreement's text.
        bytes32 document;
        /// Tells otherwise equal agreements apart.
        bytes32 salt;
        /// Last second at which it may be concluded.
        uint64 deadline;
    }

    struct Partnership {
        uint256 assetId;
        address licensee;
        uint16 revenueShare;
        uint32 reportingPeriod;
        uint32 noticePeriod;
        uint64 startsAt;
        uint64 endsAt;
        uint64 lastReportAt;
        uint32 reportCount;
        uint16 uses;
        uint32 territories;
        /// Sums over all reports, in wei.
        uint128 reportedRevenue;
        uint128 paid;
        bytes32 document;
        bytes32 agreementHash;
        /// Hash chain of all reports: keccak256(previous ‖ number ‖ revenue ‖ payment ‖ evidence ‖ time).
        bytes32 auditTrail;
    }

    event PartnershipConcluded(
        uint256 indexed licenseId,
        uint256 indexed assetId,
        address indexed licensee,
        bytes32 agreementHash,
        bytes32 document
    );
    event RevenueReported(
        uint256 indexed licenseId,
        uint256 indexed assetId,
        uint32 indexed report,
        uint256 revenue,
        uint256 payment,
        bytes32 evidence,
        bytes32 auditTrail
    );
    event NoticeGiven(uint256 indexed licenseId, address indexed by, uint64 endsAt);

    error AgreementExpired(uint64 deadline, uint256 timestamp);
    error AgreementConcluded(bytes32 agreementHash, uint256 licenseId);
    error RevenueShareTooLow(uint256 share, uint256 least);
    error RevenueShareTooHigh(uint256 share);
    error InvalidAgreement();
    error LicensorUnsigned(address licensor);
    error LicenseeUnsigned(address licensee);
    error WrongUpfront(uint256 paid, uint256 upfront);
    error UnknownPartnership(uint256 licenseId);
    error NotPartner(uint256 licenseId, address caller);
    error WrongReportPayment(uint256 paid, uint256 due);
    error RevenueOutOfRange(uint256 revenue);
    error PartnershipEnded(uint256 licenseId, uint64 endsAt);
    error NoticeAlreadyGiven(uint256 licenseId, uint64 endsAt);

    /// @notice Concludes an agreement. The licensor is the asset's creator; a side that calls needs no signature. The value
    /// sent is the upfront payment.
    function conclude(
        Agreement calldata agreement,
        bytes calldata licensorSignature,
        bytes calldata licenseeSignature
    ) external payable returns (uint256 licenseId);

    /// @notice Reports the licensee's revenue since the last report and pays the agreed part, rounded up to whole wei, as
    /// the value sent. Only the licensee may; a report of no revenue is one too.
    function report(uint256 licenseId, uint256 revenue, bytes32 evidence) external payable;

    /// @notice Terminates after the agreed notice. Either side may, once.
    function giveNotice(uint256 licenseId) external;

    function hashAgreement(Agreement calldata agreement) external view returns (bytes32);

    function getPartnership(uint256 licenseId) external view returns (Partnership memory);

    /// @notice What a report of this revenue costs, in wei.
    function dueFor(uint256 licenseId, uint256 revenue) external view returns (uint256);

    /// @notice Whether it has begun, has not ended, and no report is overdue.
    function isInForce(uint256 licenseId) external view returns (bool);
}
