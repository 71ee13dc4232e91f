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
  LicenseStatus,
  Territory,
  Use,
  bits,
  defineLicenseTerms,
  defineTerms,
  licenseMenu,
} from './terms.ts';
export type {AssetTerms, AssetTermsInput, Contributor, LicenseTerms} from './terms.ts';
export {
  BREACH_BOND,
  agreementTypedData,
  contributionTypedData,
  hashShareTerms,
  voucherTypedData,
} from './messages.ts';
export type {Agreement, Contribution, ShareTerms, SignedVoucher, Voucher} from './messages.ts';
export {NoShareTokenError, shareTokenOf} from './actions/shareTokenOf.ts';
export {ContractRefusedError, TransactionRevertedError, toContractError} from './errors.ts';
export type {ReadingClient, WritingClient} from './execute.ts';
export {GOVERNANCE_ADDRESS, NATIVE_ADDRESSES, SYSTEM_ADDRESSES, TREASURY_ADDRESS} from '#protocols/genesis';
export {FoundationPower, proposalArgs, ProposalState, VoteSupport} from './dao.ts';
export type {ProposalCall, ProposalContent} from './dao.ts';
export {IdentityKind} from './identity.ts';
export {attestationTypedData, InferenceMode} from './oracle.ts';
export type {QueryRation} from './oracle.ts';
export {TrainingRole, trainingTemplateHash} from './training.ts';
export type {TrainingResult, TrainingTemplate, TrainingTerms} from './training.ts';
export * from './actions/acceptAccount.ts';
export * from './actions/addController.ts';
export * from './actions/addRevenueToken.ts';
export * from './actions/answerInference.ts';
export * from './actions/appealTrainingReview.ts';
export * from './actions/approveApiAccess.ts';
export * from './actions/approveLicenseForSale.ts';
export * from './actions/approveSharesForSale.ts';
export * from './actions/attestIdentity.ts';
export * from './actions/attestInference.ts';
export * from './actions/bond.ts';
export * from './actions/burnShares.ts';
export * from './actions/buyLicense.ts';
export * from './actions/buyLicenseWithDelivery.ts';
export * from './actions/buyListedLicense.ts';
export * from './actions/buyListedShares.ts';
export * from './actions/cancelListing.ts';
export * from './actions/cancelNodeUpgrade.ts';
export * from './actions/cancelProposal.ts';
export * from './actions/castVote.ts';
export * from './actions/claimName.ts';
export * from './actions/claimRevenue.ts';
export * from './actions/claimRevenues.ts';
export * from './actions/claimShareRevenue.ts';
export * from './actions/claimTokenRevenue.ts';
export * from './actions/concludeBreach.ts';
export * from './actions/concludePartnership.ts';
export * from './actions/contestBreach.ts';
export * from './actions/createIdentity.ts';
export * from './actions/createShares.ts';
export * from './actions/decideBreach.ts';
export * from './actions/delegateVotes.ts';
export * from './actions/deliverLicenseKey.ts';
export * from './actions/depositForCalls.ts';
export * from './actions/endFoundationPower.ts';
export * from './actions/estimateInferenceFee.ts';
export * from './actions/executeProposal.ts';
export * from './actions/fileBreach.ts';
export * from './actions/finalizeInference.ts';
export * from './actions/getAsset.ts';
export * from './actions/getBond.ts';
export * from './actions/getContributionWeight.ts';
export * from './actions/getDispute.ts';
export * from './actions/getFoundationPower.ts';
export * from './actions/getGovernanceSettings.ts';
export * from './actions/getIdentity.ts';
export * from './actions/getIdentityByName.ts';
export * from './actions/getIdentityOf.ts';
export * from './actions/getInferenceRecord.ts';
export * from './actions/getInferenceRequest.ts';
export * from './actions/getInferenceRequests.ts';
export * from './actions/getLicense.ts';
export * from './actions/getLicenseEscrow.ts';
export * from './actions/getLineage.ts';
export * from './actions/getListing.ts';
export * from './actions/getMeter.ts';
export * from './actions/getModel.ts';
export * from './actions/getNodeUpgrade.ts';
export * from './actions/getOperators.ts';
export * from './actions/getPartnership.ts';
export * from './actions/getProposal.ts';
export * from './actions/getProtocolFees.ts';
export * from './actions/getProverBalance.ts';
export * from './actions/getRationedPrice.ts';
export * from './actions/getReceipt.ts';
export * from './actions/getReputation.ts';
export * from './actions/getRevenue.ts';
export * from './actions/getServedModel.ts';
export * from './actions/getServiceEndpoint.ts';
export * from './actions/getShares.ts';
export * from './actions/getTokenRevenue.ts';
export * from './actions/getTrainingBalance.ts';
export * from './actions/getTrainingJob.ts';
export * from './actions/getTrainingParticipants.ts';
export * from './actions/getTrainingRecord.ts';
export * from './actions/getTrainingSubmission.ts';
export * from './actions/getVault.ts';
export * from './actions/getVersion.ts';
export * from './actions/getVotingPower.ts';
export * from './actions/giveNotice.ts';
export * from './actions/grantKey.ts';
export type {InferenceRequested} from './actions/inferenceRequested.ts';
export * from './actions/isAttested.ts';
export * from './actions/isAuthorized.ts';
export * from './actions/isDelegate.ts';
export * from './actions/isInferenceFinalized.ts';
export * from './actions/joinTrainingJob.ts';
export * from './actions/lapseBreach.ts';
export * from './actions/listLicense.ts';
export * from './actions/listModel.ts';
export * from './actions/listServedModel.ts';
export * from './actions/listShares.ts';
export * from './actions/lowerInferencePrice.ts';
export * from './actions/lowerPrice.ts';
export * from './actions/lowerServedPrice.ts';
export * from './actions/mayHaveKey.ts';
export * from './actions/nameOperator.ts';
export * from './actions/openApiLicense.ts';
export * from './actions/openTrainingJob.ts';
export * from './actions/payProposalDeposit.ts';
export * from './actions/payProtocolFees.ts';
export * from './actions/payRevenue.ts';
export * from './actions/payRevenueInToken.ts';
export * from './actions/payTrainingAsset.ts';
export * from './actions/propose.ts';
export * from './actions/proposeAccount.ts';
export * from './actions/proposeInference.ts';
export * from './actions/publishVersion.ts';
export * from './actions/queueProposal.ts';
export * from './actions/rateWork.ts';
export * from './actions/reassignInference.ts';
export * from './actions/recordContribution.ts';
export * from './actions/recordTrainingSteps.ts';
export * from './actions/refreshContribution.ts';
export * from './actions/refundApiBalance.ts';
export * from './actions/refundInference.ts';
export * from './actions/refundTrainingJob.ts';
export * from './actions/refundUndeliveredLicense.ts';
export * from './actions/registerAsset.ts';
export * from './actions/registerTrainingResult.ts';
export * from './actions/registerVerificationKey.ts';
export * from './actions/releaseLicensePayment.ts';
export * from './actions/releaseName.ts';
export * from './actions/removeController.ts';
export * from './actions/renewLicense.ts';
export * from './actions/reportPartnershipRevenue.ts';
export * from './actions/requestApiApproval.ts';
export * from './actions/requestCallback.ts';
export * from './actions/requestInference.ts';
export * from './actions/requestKey.ts';
export * from './actions/retireAsset.ts';
export * from './actions/reviewTrainingResult.ts';
export * from './actions/revokeAttestation.ts';
export * from './actions/ruleOnTrainingAppeal.ts';
export * from './actions/scheduleNodeUpgrade.ts';
export * from './actions/serveModel.ts';
export * from './actions/setDelegate.ts';
export * from './actions/setIdentityCard.ts';
export * from './actions/setProtocolFee.ts';
export * from './actions/setQueryRation.ts';
export * from './actions/setServiceEndpoint.ts';
export * from './actions/setVault.ts';
export * from './actions/settleProposalDeposit.ts';
export * from './actions/settleTrainingResult.ts';
export * from './actions/settleVouchers.ts';
export * from './actions/signAgreement.ts';
export * from './actions/signAssetTerms.ts';
export * from './actions/signAttestation.ts';
export * from './actions/signContribution.ts';
export * from './actions/signVoucher.ts';
export * from './actions/startClosingApiLicense.ts';
export * from './actions/startUnbonding.ts';
export * from './actions/stopServing.ts';
export * from './actions/submitTrainingResult.ts';
export * from './actions/takeShareSnapshot.ts';
export * from './actions/transferLicense.ts';
export * from './actions/transferShares.ts';
export * from './actions/unlinkAccount.ts';
export * from './actions/vetoOperation.ts';
export * from './actions/watchInferenceRequests.ts';
export * from './actions/withdrawBond.ts';
export * from './actions/withdrawLicenseRefund.ts';
export * from './actions/withdrawProceeds.ts';
export * from './actions/withdrawProposalDeposit.ts';
export * from './actions/withdrawProverFees.ts';
export * from './actions/withdrawTrainingBalance.ts';
export * from './actions/withdrawUnbonded.ts';
