// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IIdentity} from "../interfaces/IIdentity.sol";

/// @title What an identity keeps, and who may change it
abstract contract IdentityBase is IIdentity {
    struct Record {
        Kind kind;
        uint64 createdAt;
        uint32 controllerCount;
        bytes32 cardHash;
        string name;
        string cardUri;
        mapping(address account => bool) controllers;
        mapping(address account => bool) proposed;
        mapping(address delegate => mapping(bytes32 purpose => uint64)) delegates;
        mapping(bytes32 service => string) services;
        mapping(address attester => mapping(bytes32 schema => Attestation)) attestations;
        /// Sum of weight times rating.
        uint256 ratedWeight;
        uint256 weight;
        uint256 workCount;
        uint256 paid;
    }

    /// @custom:storage-location erc7201:qanat.storage.Identity
    struct IdentityStorage {
        uint256 count;
        /// Plus one, so that zero is the default.
        uint256 nameFeePlusOne;
        mapping(uint256 identityId => Record) records;
        mapping(address account => uint256) identityOf;
        mapping(bytes32 nameHash => uint256) identityOfName;
        mapping(bytes32 workKey => Work) works;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Identity")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x077ec9416e90b943d9bd01580011d4bfec51e4ea531b081827e47e12f989a800;

    function _controlled(uint256 identityId) internal view returns (Record storage record) {
        record = _existing(identityId);
        if (!record.controllers[msg.sender]) revert NotController(identityId, msg.sender);
    }

    function _existing(uint256 identityId) internal view returns (Record storage record) {
        record = _storage().records[identityId];
        if (record.createdAt == 0) revert UnknownIdentity(identityId);
    }

    function _storage() internal pure returns (IdentityStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
