/** How a chain turns its headers, validator sets and votes into bytes. Only the hashes and signatures depend on it, no rule does. */
import {headerHash, validateSignedHeaderBasic, validatorSetHash, type Header, type SignedHeader, type Validator} from '#proto';
import {verifyVoteSignature, type Problem, type VerifyVote} from '#consensus/core';

export interface ChainEncoding {
  headerHash(header: Header): Uint8Array;
  validatorSetHash(validators: readonly Validator[]): Uint8Array;
  readonly verifyVote: VerifyVote;
  /** Shape of header and commit, and that the commit is for this header. */
  validateSignedHeader(signedHeader: SignedHeader, chainId: string): Problem;
}

/** CometBFT 0.34 to 0.38: protobuf. */
export const COMET_ENCODING: ChainEncoding = {
  headerHash,
  validatorSetHash,
  verifyVote: verifyVoteSignature,
  validateSignedHeader: validateSignedHeaderBasic,
};
