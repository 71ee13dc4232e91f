/** The TypeScript SDK: one action per file, on viem. Published as `qanat/client`; runs in a browser. */
export {qanatDevnet} from './chain.ts';
export {
  AssetKind,
  AssetStatus,
  ContributorRole,
  DerivativePolicy,
  LicenseKind,
  RevenueSource,
  Right,
  assetTermsTypedData,
  describeContent,
  licenseMenu,
} from './terms.ts';
export type {AssetTerms, Contributor} from './terms.ts';
export {ContractRefusedError, TransactionRevertedError, toContractError} from './errors.ts';
export type {ReadingClient, WritingClient} from './execute.ts';
export {GOVERNANCE_ADDRESS, NATIVE_ADDRESSES, SYSTEM_ADDRESSES} from '#protocols/genesis';
export * from './actions/answerInference.ts';
export * from './actions/buyLicense.ts';
export * from './actions/claimRevenue.ts';
export * from './actions/getAsset.ts';
export * from './actions/getInferenceRequest.ts';
export * from './actions/getInferenceRequests.ts';
export * from './actions/getLineage.ts';
export * from './actions/getModel.ts';
export * from './actions/getProverBalance.ts';
export * from './actions/getRevenue.ts';
export type {InferenceRequested} from './actions/inferenceRequested.ts';
export * from './actions/isAuthorized.ts';
export * from './actions/listModel.ts';
export * from './actions/lowerInferencePrice.ts';
export * from './actions/lowerLicensePrice.ts';
export * from './actions/payRevenue.ts';
export * from './actions/refundInference.ts';
export * from './actions/registerAsset.ts';
export * from './actions/registerVerificationKey.ts';
export * from './actions/requestInference.ts';
export * from './actions/retireAsset.ts';
export * from './actions/signAssetTerms.ts';
export * from './actions/watchInferenceRequests.ts';
export * from './actions/withdrawProverFees.ts';
