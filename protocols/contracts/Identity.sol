// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {IIdentity} from "./interfaces/IIdentity.sol";
import {Reputations} from "./identity/Reputations.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Identity
/// @notice Implements IIdentity, where every function is described. Reputation is in identity/Reputations.sol.
contract Identity is Reputations {
    using Address for address payable;

    uint256 public constant MAX_CONTROLLERS = 16;
    uint256 public constant MAX_TEXT_BYTES = 256;
    uint256 private constant MIN_NAME_BYTES = 3;
    uint256 private constant MAX_NAME_BYTES = 32;
    uint256 private constant DEFAULT_NAME_FEE = 1 ether;
    uint256 private constant MAX_NAME_FEE = 10_000 ether;

    /// @inheritdoc IIdentity
    function create(Kind kind) external returns (uint256 identityId) {
        IdentityStorage storage $ = _storage();
        _checkFree(msg.sender);
        identityId = ++$.count;
        Record storage record = $.records[identityId];
        record.kind = kind;
        record.createdAt = uint64(block.timestamp);
        record.controllerCount = 1;
        record.controllers[msg.sender] = true;
        $.identityOf[msg.sender] = identityId;
        emit IdentityCreated(identityId, kind, msg.sender);
        emit ControllerAdded(identityId, msg.sender);
        emit AccountLinked(identityId, msg.sender);
    }

    /// @inheritdoc IIdentity
    function addController(uint256 identityId, address controller) external {
        Record storage record = _controlled(identityId);
        if (controller == address(0)) revert InvalidAccount(controller);
        if (record.controllers[controller]) revert AlreadyController(identityId, controller);
        if (record.controllerCount == MAX_CONTROLLERS) revert TooManyControllers(identityId, MAX_CONTROLLERS);
        record.controllers[controller] = true;
        ++record.controllerCount;
        emit ControllerAdded(identityId, controller);
    }

    /// @inheritdoc IIdentity
    function removeController(uint256 identityId, address controller) external {
        Record storage record = _controlled(identityId);
        if (!record.controllers[controller]) revert NotController(identityId, controller);
        if (record.controllerCount == 1) revert LastController(identityId);
        record.controllers[controller] = false;
        --record.controllerCount;
        emit ControllerRemoved(identityId, controller);
    }

    /// @inheritdoc IIdentity
    function proposeAccount(uint256 identityId, address account) external {
        Record storage record = _controlled(identityId);
        _checkFree(account);
        record.proposed[account] = true;
        emit AccountProposed(identityId, account);
    }

    /// @inheritdoc IIdentity
    function acceptAccount(uint256 identityId) external {
        Record storage record = _existing(identityId);
        if (!record.proposed[msg.sender]) revert AccountNotProposed(identityId, msg.sender);
        _checkFree(msg.sender);
        record.proposed[msg.sender] = false;
        _storage().identityOf[msg.sender] = identityId;
        emit AccountLinked(identityId, msg.sender);
    }

    /// @inheritdoc IIdentity
    function unlinkAccount(uint256 identityId, address account) external {
        if (msg.sender != account) _controlled(identityId);
        IdentityStorage storage $ = _storage();
        if (identityId == 0 || $.identityOf[account] != identityId) revert NotLinked(identityId, account);
        $.identityOf[account] = 0;
        emit AccountUnlinked(identityId, account);
    }

    /// @inheritdoc IIdentity
    function setDelegate(uint256 identityId, address delegate, bytes32 purpose, uint64 expiresAt) external {
        Record storage record = _controlled(identityId);
        if (delegate == address(0)) revert InvalidAccount(delegate);
        _checkExpiry(expiresAt);
        record.delegates[delegate][purpose] = expiresAt;
        emit DelegateSet(identityId, delegate, purpose, expiresAt);
    }

    /// @inheritdoc IIdentity
    function claimName(uint256 identityId, string calldata name) external payable {
        Record storage record = _controlled(identityId);
        if (msg.value != nameFee()) revert WrongFee(msg.value, nameFee());
        if (bytes(record.name).length != 0) revert HasName(identityId, record.name);
        if (!_isName(bytes(name))) revert InvalidName(name);
        IdentityStorage storage $ = _storage();
        bytes32 nameHash = keccak256(bytes(name));
        uint256 holder = $.identityOfName[nameHash];
        if (holder != 0) revert NameTaken(name, holder);
        $.identityOfName[nameHash] = identityId;
        record.name = name;
        emit NameClaimed(identityId, name);
        if (msg.value != 0) payable(SystemAddresses.TREASURY).sendValue(msg.value);
    }

    /// @inheritdoc IIdentity
    function releaseName(uint256 identityId) external {
        Record storage record = _controlled(identityId);
        string memory name = record.name;
        if (bytes(name).length == 0) revert NoName(identityId);
        delete _storage().identityOfName[keccak256(bytes(name))];
        delete record.name;
        emit NameReleased(identityId, name);
    }

    /// @inheritdoc IIdentity
    function setService(uint256 identityId, bytes32 service, string calldata endpoint) external {
        Record storage record = _controlled(identityId);
        _checkText(endpoint);
        record.services[service] = endpoint;
        emit ServiceSet(identityId, service, endpoint);
    }

    /// @inheritdoc IIdentity
    function setCard(uint256 identityId, string calldata uri, bytes32 documentHash) external {
        Record storage record = _controlled(identityId);
        _checkText(uri);
        record.cardUri = uri;
        record.cardHash = documentHash;
        emit CardSet(identityId, uri, documentHash);
    }

    /// @inheritdoc IIdentity
    function attest(uint256 identityId, bytes32 schema, bytes32 data, uint64 expiresAt) external {
        Record storage record = _existing(identityId);
        _checkExpiry(expiresAt);
        record.attestations[msg.sender][schema] = Attestation(msg.sender, expiresAt, false, data);
        emit Attested(identityId, msg.sender, schema, data, expiresAt);
    }

    /// @inheritdoc IIdentity
    function revokeAttestation(uint256 identityId, bytes32 schema) external {
        Attestation storage attestation = _existing(identityId).attestations[msg.sender][schema];
        if (attestation.attester == address(0) || attestation.isRevoked) {
            revert NoAttestation(identityId, msg.sender, schema);
        }
        attestation.isRevoked = true;
        emit AttestationRevoked(identityId, msg.sender, schema);
    }

    /// @inheritdoc IIdentity
    function setNameFee(uint256 fee) external {
        if (msg.sender != SystemAddresses.GOVERNANCE) revert OnlyGovernance(msg.sender);
        if (fee > MAX_NAME_FEE) revert FeeTooHigh(fee, MAX_NAME_FEE);
        emit NameFeeChanged(nameFee(), fee);
        _storage().nameFeePlusOne = fee + 1;
    }

    /// @inheritdoc IIdentity
    function getProfile(uint256 identityId) external view returns (Profile memory) {
        Record storage record = _existing(identityId);
        return
            Profile(
                record.kind,
                record.createdAt,
                record.controllerCount,
                record.name,
                record.cardUri,
                record.cardHash
            );
    }

    /// @inheritdoc IIdentity
    function identityCount() external view returns (uint256) {
        return _storage().count;
    }

    /// @inheritdoc IIdentity
    function identityOf(address account) external view returns (uint256) {
        return _storage().identityOf[account];
    }

    /// @inheritdoc IIdentity
    function identityOfName(string calldata name) external view returns (uint256) {
        return _storage().identityOfName[keccak256(bytes(name))];
    }

    /// @inheritdoc IIdentity
    function isController(uint256 identityId, address account) external view returns (bool) {
        return _storage().records[identityId].controllers[account];
    }

    /// @inheritdoc IIdentity
    function isDelegate(uint256 identityId, address account, bytes32 purpose) external view returns (bool) {
        return _storage().records[identityId].delegates[account][purpose] > block.timestamp;
    }

    /// @inheritdoc IIdentity
    function serviceOf(uint256 identityId, bytes32 service) external view returns (string memory) {
        return _existing(identityId).services[service];
    }

    /// @inheritdoc IIdentity
    function attestationOf(
        uint256 identityId,
        address attester,
        bytes32 schema
    ) public view returns (Attestation memory attestation) {
        attestation = _existing(identityId).attestations[attester][schema];
        if (attestation.attester == address(0)) revert NoAttestation(identityId, attester, schema);
    }

    /// @inheritdoc IIdentity
    function isAttested(uint256 identityId, address attester, bytes32 schema) external view returns (bool) {
        Attestation memory attestation = _storage().records[identityId].attestations[attester][schema];
        if (attestation.attester == address(0) || attestation.isRevoked) return false;
        return attestation.expiresAt == 0 || attestation.expiresAt > block.timestamp;
    }

    /// @inheritdoc IIdentity
    function nameFee() public view returns (uint256) {
        uint256 stored = _storage().nameFeePlusOne;
        return stored == 0 ? DEFAULT_NAME_FEE : stored - 1;
    }

    function _checkFree(address account) private view {
        if (account == address(0)) revert InvalidAccount(account);
        uint256 identityId = _storage().identityOf[account];
        if (identityId != 0) revert AccountTaken(account, identityId);
    }

    /// @dev 0 says never, or ends a delegation.
    function _checkExpiry(uint64 expiresAt) private view {
        if (expiresAt != 0 && expiresAt <= block.timestamp) revert InvalidExpiry(expiresAt, block.timestamp);
    }

    function _checkText(string calldata text) private pure {
        if (bytes(text).length > MAX_TEXT_BYTES) revert TextTooLong(bytes(text).length, MAX_TEXT_BYTES);
    }

    function _isName(bytes calldata name) private pure returns (bool) {
        uint256 length = name.length;
        if (length < MIN_NAME_BYTES || length > MAX_NAME_BYTES) return false;
        bool afterHyphen = true;
        for (uint256 i = 0; i < length; ++i) {
            bytes1 character = name[i];
            if (character == "-") {
                if (afterHyphen || i == length - 1) return false;
                afterHyphen = true;
                continue;
            }
            afterHyphen = false;
            bool isLetter = character >= "a" && character <= "z";
            bool isDigit = character >= "0" && character <= "9";
            if (!isLetter && !isDigit) return false;
        }
        return true;
    }
}
