/** Defaults and bounds of the consensus parameters (CometBFT types/params.go). */
import {BLOCK_BYTES_MAX} from './limits.ts';
import type {ConsensusParams} from './types.ts';

/** One key type; CometBFT names them so. */
export const ED25519_KEY_TYPE = 'ed25519';

const HOUR_NS = 3_600_000_000_000n;

/** What a genesis document without parameters means in CometBFT 0.38. */
export const DEFAULT_CONSENSUS_PARAMS: ConsensusParams = {
  block: {maxBytes: 22_020_096n, maxGas: -1n},
  evidence: {maxAgeNumBlocks: 100_000n, maxAgeDurationNs: 48n * HOUR_NS, maxBytes: 1_048_576n},
  validator: {pubKeyTypes: [ED25519_KEY_TYPE]},
  version: {app: 0n},
  abci: {voteExtensionsEnableHeight: 0n},
};

/** What is wrong with the parameters, or undefined. -1 means "no limit" for block bytes and gas. */
export function validateConsensusParams(params: ConsensusParams): string | undefined {
  const {block, evidence, validator, abci} = params;
  if (block.maxBytes === 0n || block.maxBytes < -1n) return `block.max_bytes is ${block.maxBytes}`;
  if (block.maxBytes > BigInt(BLOCK_BYTES_MAX)) return `block.max_bytes is ${block.maxBytes}, limit ${BLOCK_BYTES_MAX}`;
  if (block.maxGas < -1n) return `block.max_gas is ${block.maxGas}`;
  if (evidence.maxAgeNumBlocks <= 0n) return `evidence.max_age_num_blocks is ${evidence.maxAgeNumBlocks}`;
  if (evidence.maxAgeDurationNs <= 0n) return `evidence.max_age_duration is ${evidence.maxAgeDurationNs}`;
  const maxBytes = block.maxBytes === -1n ? BigInt(BLOCK_BYTES_MAX) : block.maxBytes;
  if (evidence.maxBytes < 0n || evidence.maxBytes > maxBytes) return `evidence.max_bytes is ${evidence.maxBytes}, block.max_bytes ${maxBytes}`;
  if (validator.pubKeyTypes.length === 0) return 'validator.pub_key_types is empty';
  const unknown = validator.pubKeyTypes.find((type) => type !== ED25519_KEY_TYPE);
  if (unknown !== undefined) return `validator.pub_key_types names ${JSON.stringify(unknown)}; only ${ED25519_KEY_TYPE} is supported`;
  if (abci.voteExtensionsEnableHeight < 0n) return `abci.vote_extensions_enable_height is ${abci.voteExtensionsEnableHeight}`;
  return undefined;
}
