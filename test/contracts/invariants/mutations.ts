/**
 * Mistakes that are planted in the contracts' source text, one at a time; the suite named must notice each. Five or more
 * for every suite. docs/spec/protocols.md lists them.
 */
import type {Suite} from './suite.ts';
import {custody} from './custody.ts';
import {frozen} from './frozen.ts';
import {revenue} from './revenue.ts';

export interface Mutation {
  readonly suite: Suite;
  /** Path below protocols/contracts of the text that is changed. */
  readonly file: string;
  /** The contract that is compiled and put in its place. */
  readonly contract: string;
  readonly mistake: string;
  /** Stands in the text exactly once. */
  readonly find: string;
  readonly replace: string;
}

const mutation = (suite: Suite, contract: string, mistake: string, find: string, replace: string, file = `${contract}.sol`): Mutation => ({
  suite, file, contract, mistake, find, replace,
});

export const MUTATIONS: readonly Mutation[] = [
  mutation(revenue, 'Attribution', 'royalties are credited, but not taken from what the asset keeps', 'keptE32 -= royaltyE32;', ''),
  mutation(revenue, 'Attribution', 'a claim is not booked as paid', '_storage().paid[assetId][token][msg.sender] += amount;', ''),
  mutation(revenue, 'Attribution', 'a later contribution takes part in earlier revenue', '_startOf(marks, later.epoch), sharesRatio, later.weight', '0, sharesRatio, later.weight', 'libraries/ContributionPools.sol'),
  mutation(revenue, 'Attribution', 'later weight does not dilute', '(NAMED_WEIGHT + last.laterWeight)', 'NAMED_WEIGHT', 'libraries/ContributionPools.sol'),
  mutation(revenue, 'Attribution', 'fees are taken, but not credited to the treasury', 'if (feeE32 != 0) $.feesE32[token] += feeE32;', ''),
  mutation(revenue, 'Attribution', 'royalties are reckoned on the amount before the fee', 'uint256 royaltyE32 = (afterFee * shares[i]) / TEN_THOUSAND;', 'uint256 royaltyE32 = amount * shares[i];'),
  mutation(revenue, 'ShareToken', 'shares take their past revenue along', 'else $.debtsE32[currency][to] += movedE32;', ''),
  mutation(revenue, 'ShareToken', 'the sender of shares loses what they earned', '$.debtsE32[currency][from] -= movedE32;', ''),
  mutation(revenue, 'ShareToken', 'burning leaves what was accumulated to be shared out again', 'if (to == address(0)) $.burnings[currency].baseE32 += uint256(movedE32);\n        else', 'if (to != address(0))'),
  mutation(revenue, 'ShareToken', 'what was redeemed can be redeemed again', '$.burnings[COIN].redeemedE32 += redeemed * ONE;', ''),
  mutation(revenue, 'ShareToken', 'claiming is not booked as a debt', '$.debtsE32[token][msg.sender] += (amount * ONE).toInt256();', ''),

  mutation(custody, 'Licensing', 'a refund is paid again and again', '$.refunds[msg.sender] = 0;', ''),
  mutation(custody, 'Licensing', 'a payment that was contested is refunded and the licence kept', 'if (escrow.status == EscrowStatus.Contested) $.fullAccess[$.licenses[licenseId].assetId][escrow.buyer] -= 1;', ''),
  mutation(custody, 'Licensing', 'a licence that was sold still counts for its seller', 'if (from != address(0)) $.fullAccess[assetId][from] -= 1;', ''),
  mutation(custody, 'Licensing', 'a licence gives rights after its end', 'license.status != LicenseStatus.Active || block.timestamp > license.expiresAt', 'license.status != LicenseStatus.Active'),
  mutation(custody, 'ApiMetering', 'a settled voucher is not taken from the balance', 'meter.balance = uint96(balance - amount);', ''),
  mutation(custody, 'ApiMetering', 'anyone signs vouchers', 'if (!SignatureChecker.isValidSignatureNowCalldata(meter.holder, hashVoucher(voucher), signature)) {\n            revert VoucherUnsigned(licenseId);\n        }', 'signature;'),
  mutation(custody, 'BreachDisputes', 'the winner gets one bond of two', '2 * uint256(dispute.bond)', 'uint256(dispute.bond)'),
  mutation(custody, 'Marketplace', 'the seller is credited the commission too', '+= cost - commission;', '+= cost;'),

  mutation(frozen, 'AssetRegistry', 'prices can be raised', 'if (price >= previousPrice) revert PriceNotLower(price, previousPrice);', ''),
  mutation(frozen, 'AssetRegistry', 'lowering a price changes another term', 'emit PriceLowered(assetId, kind, previousPrice, price);', 'asset.royalty = 0;\n        emit PriceLowered(assetId, kind, previousPrice, price);'),
  mutation(frozen, 'AssetRegistry', 'a new version replaces the last', 'version = uint256(asset.versionCount) + 1;', 'version = asset.versionCount == 1 ? 2 : uint256(asset.versionCount);'),
  mutation(frozen, 'Attribution', 'contributions need no signature', 'if (!SignatureChecker.isValidSignatureNowCalldata(account, hashContribution(contribution), signature)) {\n            revert ContributionUnsigned(account);\n        }', 'signature;'),
  mutation(frozen, 'OwnershipReceipts', 'receipts are transferred', 'function transferFrom(address, address, uint256 tokenId) external {\n        revert Soulbound(tokenId);', 'function transferFrom(address, address to, uint256 tokenId) external {\n        _storage().entries[tokenId].account = to;'),
  mutation(frozen, 'OwnershipReceipts', 'anyone adds weight', 'if (msg.sender != SystemAddresses.ASSET_REGISTRY && msg.sender != SystemAddresses.ATTRIBUTION) {\n            revert NotIssuer(msg.sender);\n        }', ''),
];
