/** The vocabulary of the chain. Imports nothing of ours. */
export * from './types.ts';
export * from './limits.ts';
export {compareBytes, concatBytes, EMPTY_BYTES, equalBytes, fromBase64, fromHex, sha256, toBase64, toHex, toHexUpper, utf8} from './bytes.ts';
export {DecodeError, EncodeError, framedBytes} from './wire.ts';
export {
  compareTimestamps,
  isZeroTime,
  timestampFromMilliseconds,
  timestampFromNanos,
  timestampFromRfc3339,
  timestampToNanos,
  timestampToRfc3339,
} from './timestamp.ts';
export {merkleInnerHash, merkleLeafHash, merkleProofs, merkleRoot, validateMerkleProofBasic, verifyMerkleProof} from './merkle.ts';
export {simpleMapLeaf, simpleMapProofs, simpleMapRoot, type SimpleMapEntry} from './simple_map.ts';
export {decodeStateSyncMessage, encodeStateSyncMessage, validateStateSyncMessageBasic, type StateSyncMessage} from './statesync_messages.ts';
export {decodeBlockSyncMessage, encodeBlockSyncMessage, validateBlockSyncMessageBasic, type BlockSyncMessage} from './blocksync_messages.ts';
export {blockIdEquals, blockIdKey, isCompleteBlockId, isNilBlockId, isZeroPartSetHeader, NIL_BLOCK_ID, partSetHeaderEquals} from './block_id.ts';
export {addressOf, verifySignature, verifySignatureInBackground} from './keys.ts';
export {
  decodeBlock,
  decodeBlockId,
  decodeBlockMeta,
  decodeCommit,
  decodeConsensusParams,
  decodeEvidence,
  decodeEvidenceList,
  decodeExecTxResult,
  decodeHeader,
  decodeLightBlock,
  decodePart,
  decodeProposal,
  decodeTimestamp,
  decodeTxResult,
  decodeValidator,
  decodeValidatorSet,
  decodeVote,
  encodeBlock,
  encodeBlockId,
  encodeBlockMeta,
  encodeCommit,
  encodeCommitSig,
  encodeConsensusParams,
  encodeEvidence,
  encodeEvidenceList,
  encodeExecTxResult,
  encodeHeader,
  encodeLightBlock,
  encodePart,
  encodeProposal,
  encodeTimestamp,
  encodeTxResult,
  encodeValidator,
  encodeValidatorSet,
  encodeVote,
  type BlockMeta,
} from './encoding.ts';
export {proposalSignBytes, signBytesTimestamp, voteSignBytes} from './sign_bytes.ts';
export {
  blockHash,
  commitHash,
  consensusParamsHash,
  dataHash,
  evidenceHash,
  evidenceId,
  headerHash,
  lastResultsHash,
  txHash,
  validatorSetHash,
} from './hashing.ts';
export {blockToPartSet, makePartSet, PartSet, type AddPartResult} from './part_set.ts';
export {
  BLOCK_PROTOCOL,
  validateBlockBasic,
  validateBlockIdBasic,
  validateCommitBasic,
  validateCommitSigBasic,
  validateEvidenceBasic,
  validateHeaderBasic,
  validateLightBlockBasic,
  validatePartBasic,
  validatePartSetHeaderBasic,
  validateProposalBasic,
  validateSignedHeaderBasic,
  validateValidatorBasic,
  validateValidatorSetBasic,
  validateVoteBasic,
} from './validate.ts';
export {bitArrayFrom, bitArrayHas, bitArrayIndexes, validateBitArrayBasic, type BitArray} from './bit_array.ts';
export {
  decodeConsensusMessage,
  decodeWalMessage,
  encodeConsensusMessage,
  encodeWalMessage,
  RoundStep,
  validateConsensusMessageBasic,
  type BlockPartMessage,
  type ConsensusMessage,
  type HasVoteMessage,
  type NewRoundStepMessage,
  type NewValidBlockMessage,
  type ProposalMessage,
  type ProposalPolMessage,
  type TimedWalMessage,
  type VoteMessage,
  type VoteSetBitsMessage,
  type VoteSetMaj23Message,
  type WalMessage,
} from './consensus_messages.ts';
export {DEFAULT_CONSENSUS_PARAMS, ED25519_KEY_TYPE, validateConsensusParams} from './consensus_params.ts';
export {consensusParamsFrom, consensusParamsToJson, GenesisError, genesisFromJson, genesisToJson, parseGenesis, publicKeyToJson, serialiseGenesis} from './genesis.ts';
export {JsonError, JsonReader} from './json/reader.ts';
export {
  base64OrNull,
  blockIdToJson,
  blockMetaToJson,
  blockToJson,
  commitToJson,
  evidenceToJson,
  abciEventToJson,
  execTxResultToJson,
  headerToJson,
  lightBlockToJson,
  validatorToJson,
  voteToJson,
  type Json,
} from './json/encode.ts';
export {
  blockFromJson,
  blockIdFromJson,
  commitFromJson,
  evidenceFromJson,
  execTxResultFromJson,
  headerFromJson,
  lightBlockFromJson,
  merkleProofFromJson,
  signedHeaderFromJson,
  validatorFromJson,
  validatorSetOf,
  voteFromJson,
} from './json/decode.ts';
