// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Rationing of a model's queries
/// @notice A proof shows that an answer is the model's; it does not stop anyone from asking until the answers make another
/// model. What does is price: the terms let it rise with an account's queries in an epoch, and, since accounts cost nothing,
/// with everybody's, and let each account pay an entry fee in each epoch. Whoever spreads n queries over k accounts pays
/// k entry fees and still meets the price that rises with n; quotas end it altogether.
/// @custom:source ORA's talk on ZKML and opML: "ZK alone is not enough to protect model privacy"
library QueryRation {
    uint256 private constant TEN_THOUSAND = 10_000;

    /// @dev One slot. All zero: no rationing.
    struct Terms {
        /// Length of an epoch in seconds; counting starts anew with each.
        uint32 epochSeconds;
        /// Queries of all accounts in an epoch; 0 is no limit.
        uint32 modelQuota;
        /// Queries of one account in an epoch; 0 is no limit.
        uint32 accountQuota;
        /// Queries of all accounts that do not raise the price yet.
        uint24 modelFree;
        /// Queries of one account that do not raise the price yet.
        uint16 accountFree;
        /// What each query beyond the free ones adds to the price of the next, in basis points of the base price.
        uint16 modelStep;
        uint16 accountStep;
        /// What an account's first query in an epoch costs besides, in wei.
        uint88 entryFee;
    }

    /// @dev Counts of one epoch; those of another are zero.
    struct Count {
        uint64 epoch;
        uint64 queries;
    }

    struct Ration {
        Terms terms;
        Count all;
        mapping(address account => Count) ofAccount;
    }

    error InvalidRation(uint32 epochSeconds);
    error RationFrozen(uint256 assetId);
    error ModelQuotaReached(uint256 assetId, uint256 quota, uint256 epochEnds);
    error AccountQuotaReached(uint256 assetId, address account, uint256 quota, uint256 epochEnds);

    /// @notice Price of the account's next query.
    function quote(
        Ration storage ration,
        uint256 assetId,
        uint256 basePrice,
        address account
    ) internal view returns (uint256 price) {
        Terms memory terms = ration.terms;
        if (terms.epochSeconds == 0) return basePrice;
        uint64 epoch = uint64(block.timestamp / terms.epochSeconds);
        return _price(terms, assetId, basePrice, account, _in(ration.all, epoch), _in(ration.ofAccount[account], epoch));
    }

    /// @notice As `quote`, and counts the query.
    function charge(
        Ration storage ration,
        uint256 assetId,
        uint256 basePrice,
        address account
    ) internal returns (uint256 price) {
        Terms memory terms = ration.terms;
        if (terms.epochSeconds == 0) return basePrice;
        uint64 epoch = uint64(block.timestamp / terms.epochSeconds);
        uint64 all = _in(ration.all, epoch);
        uint64 own = _in(ration.ofAccount[account], epoch);
        price = _price(terms, assetId, basePrice, account, all, own);
        ration.all = Count(epoch, all + 1);
        ration.ofAccount[account] = Count(epoch, own + 1);
    }

    function _price(
        Terms memory terms,
        uint256 assetId,
        uint256 basePrice,
        address account,
        uint256 all,
        uint256 own
    ) private view returns (uint256 price) {
        uint256 epochEnds = (block.timestamp / terms.epochSeconds + 1) * terms.epochSeconds;
        if (terms.modelQuota != 0 && all >= terms.modelQuota) revert ModelQuotaReached(assetId, terms.modelQuota, epochEnds);
        if (terms.accountQuota != 0 && own >= terms.accountQuota) {
            revert AccountQuotaReached(assetId, account, terms.accountQuota, epochEnds);
        }
        uint256 steps = 0;
        if (all > terms.modelFree) steps += (all - terms.modelFree) * terms.modelStep;
        if (own > terms.accountFree) steps += (own - terms.accountFree) * terms.accountStep;
        // Rounded up: a step is never free.
        price = basePrice + (basePrice * steps + TEN_THOUSAND - 1) / TEN_THOUSAND;
        if (own == 0) price += terms.entryFee;
    }

    function _in(Count storage count, uint64 epoch) private view returns (uint64) {
        return count.epoch == epoch ? count.queries : 0;
    }
}
