// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";

/// @title What each ancestor keeps of an asset's revenue
/// @notice Let r(P) be the royalty that P asks of a direct derivative. Of what reaches an asset (its gross share), each
/// parent P gets r(P) and the asset keeps the rest. Royalties are frozen and parents older than their children, so the
/// kept shares of all ancestors are constants of the new asset, and follow from those of its parents:
///
///     kept(asset → X) = Σ over parents P of r(P) · kept(P → X),   kept(P → P) = 1 - Σ over ancestors X of kept(P → X)
///
/// An asset at depth d has shares that are multiples of 10^-4d, so with at most 8 generations an integer number of
/// 10^-32 holds each of them exactly: nothing is rounded here.
library Lineage {
    uint256 internal constant MAX_PARENTS = 8;
    uint256 internal constant MAX_DEPTH = 8;
    /// @dev Bounds the cost of bringing in revenue.
    uint256 internal constant MAX_ANCESTORS = 32;
    /// @dev What all parents together may ask, in basis points.
    uint256 internal constant MAX_ROYALTY_STACK = 9_000;
    uint256 internal constant SHARE_ONE = 1e32;
    uint256 private constant TEN_THOUSAND = 10_000;

    /// @dev One slot.
    struct Ancestor {
        uint128 assetId;
        uint128 share;
    }

    /// @dev Collects distinct ancestors in memory.
    struct Builder {
        Ancestor[] ancestors;
        uint256 count;
    }

    function create() internal pure returns (Builder memory builder) {
        builder.ancestors = new Ancestor[](MAX_ANCESTORS);
    }

    /// @return added false when the parent is there already
    function addParent(Builder memory builder, uint256 parentId) internal pure returns (bool added) {
        uint256 count = builder.count;
        _find(builder, parentId);
        return builder.count > count;
    }

    /// @notice Adds what a parent keeps and what each of its ancestors keeps, of the royalty that the parent gets.
    function addAncestorsOf(
        Builder memory builder,
        uint256 parentId,
        uint256 royalty,
        mapping(uint256 index => Ancestor) storage ancestorsOfParent,
        uint256 count
    ) internal view {
        uint256 keptByParent = SHARE_ONE;
        for (uint256 i = 0; i < count; ++i) {
            Ancestor memory ancestor = ancestorsOfParent[i];
            keptByParent -= ancestor.share;
            _find(builder, ancestor.assetId).share += uint128((ancestor.share * royalty) / TEN_THOUSAND);
        }
        _find(builder, parentId).share += uint128((keptByParent * royalty) / TEN_THOUSAND);
    }

    function store(Builder memory builder, mapping(uint256 index => Ancestor) storage ancestors) internal {
        for (uint256 i = 0; i < builder.count; ++i) ancestors[i] = builder.ancestors[i];
    }

    /// @dev Linear, for at most MAX_ANCESTORS entries. Adds the ancestor with no share when it is new.
    function _find(Builder memory builder, uint256 assetId) private pure returns (Ancestor memory) {
        uint256 count = builder.count;
        for (uint256 i = 0; i < count; ++i) {
            if (builder.ancestors[i].assetId == assetId) return builder.ancestors[i];
        }
        if (count == MAX_ANCESTORS) revert IAssetRegistry.TooManyAncestors(count + 1, MAX_ANCESTORS);
        builder.count = count + 1;
        // An asset id counts registrations: 128 bits hold it.
        builder.ancestors[count].assetId = uint128(assetId);
        return builder.ancestors[count];
    }
}
