/** Source: CometBFT `consensus/state.go` (checkDoubleSigningRisk). */
import {equalBytes} from '#proto';
import {EngineError} from '../errors.ts';
import type {SignedPosition, Signer} from '../ports.ts';
import type {BlockStore} from '../store/blockStore.ts';

/**
 * Looks for this validator's signature in the `depth` newest commits. At a start, any means that a node with this key ran a moment ago,
 * and may still; later, one above all that this node signed means that another does.
 * @throws EngineError DOUBLE_SIGN_RISK
 */
export function checkDoubleSigningRisk(blockStore: BlockStore, signer: Signer | undefined, depth: bigint, own?: SignedPosition): void {
  if (signer === undefined || depth <= 0n) return;
  for (let height = blockStore.height; height > 0n && height > blockStore.height - depth; height--) {
    if (own !== undefined && height <= own.height) return;
    const commit = blockStore.loadSeenCommit(height);
    if (commit === undefined || !commit.signatures.some(({validatorAddress}) => equalBytes(validatorAddress, signer.address))) continue;
    const since = own === undefined ? `one of the ${depth} newest` : `above height ${own.height}, the last that this node signed`;
    throw new EngineError(
      'DOUBLE_SIGN_RISK',
      `this validator's key signed the commit of height ${height}, ${since}: another node may be signing with it. ` +
        'Make sure that none does; after a restart of this very node, wait until so many heights have passed, or start once with ' +
        'consensus.double_sign_check_height 0. See docs/runbooks/double-sign-and-failover.md',
    );
  }
}
