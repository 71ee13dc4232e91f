/** Bounds on everything this folder reads. Where CometBFT 0.38 has the limit, it is CometBFT's. Limits of repeated fields are in the .proto files. */

/** CometBFT MaxBlockSizeBytes. Consensus parameters choose less. */
export const BLOCK_BYTES_MAX = 104_857_600;
/** CometBFT BlockPartSizeBytes. */
export const PART_SIZE_BYTES = 65_536;
/** CometBFT MaxBlockPartsCount. */
export const BLOCK_PARTS_MAX = BLOCK_BYTES_MAX / PART_SIZE_BYTES + 1;
/** The longest encoding of a message on a consensus channel (CometBFT maxMsgSize). */
export const CONSENSUS_MESSAGE_BYTES_MAX = 1_048_576;
/** A part in a block-sync message: the part, the header of its set, framing. */
export const BLOCKSYNC_MESSAGE_BYTES_MAX = 131_072;
/** A light block of 10,000 validators and the evidence of its block; each channel of state sync allows what it needs. */
export const STATESYNC_MESSAGE_BYTES_MAX = 4_194_304;
export const SNAPSHOT_HASH_BYTES_MAX = 64;
export const WAL_MESSAGE_BYTES_MAX = CONSENSUS_MESSAGE_BYTES_MAX + 1_024;
export const HEADER_BYTES_MAX = 4_096;
export const BLOCK_ID_BYTES_MAX = 256;
export const TIMESTAMP_BYTES_MAX = 64;
export const VOTE_BYTES_MAX = 4_096;
export const PROPOSAL_BYTES_MAX = 4_096;
/** A part's bytes, its proof of at most 100 aunts, and the framing. */
export const PART_BYTES_MAX = PART_SIZE_BYTES + 8_192;
/** CometBFT MaxVotesCount, the most validators and the most signatures of a commit. */
export const VALIDATORS_MAX = 10_000;
export const COMMIT_BYTES_MAX = 2_097_152;
export const VALIDATOR_BYTES_MAX = 256;
export const VALIDATOR_SET_BYTES_MAX = 2_097_152;
export const EVIDENCE_BYTES_MAX = 8_388_608;
export const CONSENSUS_PARAMS_BYTES_MAX = 4_096;
export const EXEC_TX_RESULT_BYTES_MAX = 16_777_216;
/** A transaction fills a block at the most. */
export const TX_RESULT_BYTES_MAX = EXEC_TX_RESULT_BYTES_MAX + 104_857_600;
/** CometBFT MaxChainIDLen, in bytes. */
export const CHAIN_ID_BYTES_MAX = 50;
export const HASH_BYTES = 32;
export const ADDRESS_BYTES = 20;
export const PUBLIC_KEY_BYTES = 32;
/** CometBFT MaxSignatureSize. */
export const SIGNATURE_BYTES_MAX = 64;
/** CometBFT merkle MaxAunts. */
export const MERKLE_AUNTS_MAX = 100;
/** CometBFT MaxTotalVotingPower: leaves room for the sums of proposer priorities in an int64. */
export const TOTAL_VOTING_POWER_MAX = ((1n << 63n) - 1n) / 8n;
/** Parsed public keys that are kept (node:crypto KeyObjects, about 1 kB each). */
export const PUBLIC_KEY_CACHE_MAX = 4_096;
export const GENESIS_JSON_BYTES_MAX = 104_857_600;
/** A bit array has one bit per validator or per part. */
export const BIT_ARRAY_BITS_MAX = 65_536;
/** Names of key types in consensus parameters. */
export const PUBLIC_KEY_TYPES_MAX = 16;
/** Transactions and pieces of evidence of a block in JSON; its bytes are bounded by whoever fetched it. */
export const BLOCK_TXS_MAX = 1_000_000;
export const BLOCK_EVIDENCE_MAX = 10_000;
