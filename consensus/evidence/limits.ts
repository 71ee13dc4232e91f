/** Bounds of the evidence pool and of its gossip. */

/** Pieces of evidence that wait for a block. One is a crime of somebody with stake; honest networks see a handful in a lifetime. */
export const PENDING_EVIDENCE_MAX = 1024;

/** Their encodings, together. */
export const PENDING_EVIDENCE_BYTES_MAX = 16_777_216;

/** Pieces that wait and accuse the same validator, or show the same block: who accuses himself must not keep the others' out. */
export const PENDING_PER_ACCUSED_MAX = 16;

/** Pairs of conflicting votes that wait for their height to be decided. */
export const REPORTED_VOTES_MAX = 256;

/** Of these, per validator and height: one is enough to punish, a few more in case it expires or is lost. */
export const REPORTED_VOTES_PER_VALIDATOR_MAX = 4;

/** One message of the evidence channel (CometBFT maxMsgSize). */
export const EVIDENCE_MESSAGE_BYTES_MAX = 1_048_576;

/** Pieces in one message: what a peer can make us look at before it is another peer's turn. */
export const EVIDENCE_PER_MESSAGE_MAX = 256;

/** Beyond it a message is not filled up with more evidence. */
export const EVIDENCE_BATCH_BYTES = 65_536;

/** Messages of one peer that may wait for the pool; beyond it they are dropped and sent again by an honest peer. */
export const PEER_MESSAGES_WAITING_MAX = 16;

/** Peers whose state is kept. */
export const PEERS_MAX = 256;
