// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What contributors have earned, when contributions are added over time
/// @notice For one asset and currency. An epoch is the time between two additions to the asset's weights. Revenue is
/// accumulated per unit of weight; a contribution earns from the accumulated value at its own epoch's beginning. That value
/// is written down, as a mark, only when revenue comes in for the first time in an epoch, whatever the number of
/// contributions and currencies, and found again by binary search.
///
/// With C the asset's credited total, kept = C · (1 - sharesRatio) is the contributors', and within an epoch
/// earned = weight · (accumulated + (kept - kept at the mark) / totalWeight). Without later contributions that is
/// weight · kept / 10,000: nothing is rounded until it is claimed.
library ContributionPools {
    uint256 internal constant NAMED_WEIGHT = 10_000;
    uint256 private constant TEN_THOUSAND = 10_000;

    /// @dev One slot. All revenue of the asset in this currency, and the epoch in which the last of it came in.
    struct Pool {
        uint240 creditedE32;
        uint16 epoch;
    }

    /// @dev Two slots: the accumulated value per unit of weight at the beginning of `epoch`, and the pool then.
    struct Mark {
        uint240 perWeightE32;
        uint16 epoch;
        uint240 creditedE32;
        uint16 laterWeight;
    }

    /// @dev One slot: how often weight was added to the asset, and how much in all.
    struct Weights {
        uint16 epoch;
        uint16 later;
    }

    /// @dev A contribution after registration.
    struct Later {
        uint16 weight;
        uint16 epoch;
    }

    /// @notice Credits the pool. At the first revenue of an epoch, sets a mark before.
    function credit(
        Pool storage pool,
        Mark[] storage marks,
        Weights memory weights,
        uint256 sharesRatio,
        uint256 amountE32
    ) internal {
        Pool memory current = pool;
        if (current.epoch != weights.epoch) {
            uint256 perWeightE32 = _perWeight(current, marks, sharesRatio);
            marks.push(Mark(uint240(perWeightE32), weights.epoch, current.creditedE32, weights.later));
            current.epoch = weights.epoch;
        }
        // All revenue in wei fits 128 bits, and 10^32 is below 2^107.
        current.creditedE32 += uint240(amountE32);
        pool.creditedE32 = current.creditedE32;
        pool.epoch = current.epoch;
    }

    /// @notice What a weight of the named contributors has earned.
    function earnedByNamed(
        Pool memory pool,
        Mark[] storage marks,
        uint256 sharesRatio,
        uint256 weight
    ) internal view returns (uint256) {
        if (pool.epoch == 0) return (keptE32(pool.creditedE32, sharesRatio) * weight) / NAMED_WEIGHT;
        return _earned(pool, marks[marks.length - 1], 0, sharesRatio, weight);
    }

    /// @notice What a later contribution has earned.
    function earnedByLater(
        Pool memory pool,
        Mark[] storage marks,
        uint256 sharesRatio,
        Later memory later
    ) internal view returns (uint256) {
        // No revenue came in since it was added.
        if (pool.epoch < later.epoch) return 0;
        return
            _earned(pool, marks[marks.length - 1], _startOf(marks, later.epoch), sharesRatio, later.weight);
    }

    /// @notice The contributors' part of what was credited.
    function keptE32(uint256 creditedE32, uint256 sharesRatio) internal pure returns (uint256) {
        return creditedE32 - sharesE32(creditedE32, sharesRatio);
    }

    /// @notice The share holders' part of what was credited, rounded down.
    function sharesE32(uint256 creditedE32, uint256 sharesRatio) internal pure returns (uint256) {
        return (creditedE32 * sharesRatio) / TEN_THOUSAND;
    }

    function _earned(
        Pool memory pool,
        Mark memory last,
        uint256 startE32,
        uint256 sharesRatio,
        uint256 weight
    ) private pure returns (uint256) {
        uint256 sinceE32 = keptE32(pool.creditedE32, sharesRatio) - keptE32(last.creditedE32, sharesRatio);
        return (last.perWeightE32 - startE32) * weight + (sinceE32 * weight) / (NAMED_WEIGHT + last.laterWeight);
    }

    function _perWeight(Pool memory pool, Mark[] storage marks, uint256 sharesRatio) private view returns (uint256) {
        if (pool.epoch == 0) return keptE32(pool.creditedE32, sharesRatio) / NAMED_WEIGHT;
        return _earned(pool, marks[marks.length - 1], 0, sharesRatio, 1);
    }

    /// @dev The first mark that is not before the epoch.
    function _startOf(Mark[] storage marks, uint256 epoch) private view returns (uint256) {
        uint256 low = 0;
        uint256 high = marks.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (marks[middle].epoch < epoch) low = middle + 1;
            else high = middle;
        }
        return marks[low].perWeightE32;
    }
}
