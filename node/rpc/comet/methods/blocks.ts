/** Blocks, headers and commits. */
import {abciEventToJson, consensusParamsToJson, NIL_BLOCK_ID} from '#proto';
import type {CometBackend} from '../backend.ts';
import {internalError} from '../errors.ts';
import {validatorUpdateToJson} from '../events/chain-events.ts';
import {resolveHeight} from '../heights.ts';
import {base64OrNull, blockIdToJson, blockMetaToJson, blockToJson, commitToJson, execTxResultToJson, headerToJson, type Json} from '../json.ts';
import {method} from '../method.ts';
import {bytes, hexBytes, int64, optionalInt64} from '../parameters.ts';

export const blockchain = method({
  name: 'blockchain',
  purpose: 'Headers from minHeight to maxHeight, newest first, at most 20.',
  parameters: {minHeight: int64, maxHeight: int64},
  call({backend, limits}, {minHeight, maxHeight}) {
    if (minHeight < 0n || maxHeight < 0n) throw internalError('heights must be non-negative');
    const height = backend.height();
    const max = maxHeight === 0n || maxHeight > height ? height : maxHeight;
    const base = backend.base();
    const asked = minHeight === 0n ? 1n : minHeight;
    const lowest = [asked, base, max - limits.blockMetasMax + 1n].reduce((a, b) => (a > b ? a : b));
    if (lowest > max) throw internalError(`min height ${lowest} can't be greater than max height ${max}`);
    const metas: Json[] = [];
    for (let at = max; at >= lowest; at--) {
      const meta = backend.blockMeta(at);
      if (meta !== undefined) metas.push(blockMetaToJson(meta));
    }
    return {last_height: height.toString(), block_metas: metas};
  },
});

export const block = method({
  name: 'block',
  purpose: 'A block; without a height, the newest.',
  parameters: {height: optionalInt64},
  call: ({backend}, {height}) => blockResult(backend, resolveHeight(backend, height, backend.height())),
});

export const blockByHash = method({
  name: 'block_by_hash',
  purpose: 'The block of this hash; null when there is none.',
  parameters: {hash: bytes},
  call: ({backend}, {hash}) => blockResult(backend, backend.heightByHash(hash)),
});

export const header = method({
  name: 'header',
  purpose: 'The header of a height; without one, the newest.',
  parameters: {height: optionalInt64},
  call: ({backend}, {height}) => headerResult(backend, resolveHeight(backend, height, backend.height(), backend.headerBase())),
});

export const headerByHash = method({
  name: 'header_by_hash',
  purpose: 'The header of this hash; null when there is none.',
  parameters: {hash: hexBytes},
  call: ({backend}, {hash}) => headerResult(backend, backend.heightByHash(hash)),
});

export const commit = method({
  name: 'commit',
  purpose: 'A header and the precommits that decided it.',
  parameters: {height: optionalInt64},
  call({backend}, {height: asked}) {
    const height = resolveHeight(backend, asked, backend.height(), backend.headerBase());
    const canonical = height !== backend.height();
    const meta = backend.blockMeta(height);
    // Before the next block, only what this node saw is known.
    const found = canonical ? backend.commit(height) : backend.seenCommit(height);
    if (meta === undefined || found === undefined) throw internalError(`there is no commit of height ${height}`);
    return {signed_header: {header: headerToJson(meta.header), commit: commitToJson(found)}, canonical};
  },
});

export const blockResults = method({
  name: 'block_results',
  purpose: 'What the application answered to a block.',
  parameters: {height: optionalInt64},
  call({backend}, {height: asked}) {
    const height = resolveHeight(backend, asked, backend.height());
    const results = backend.blockResults(height);
    if (results === undefined) throw internalError(`could not find results for height #${height}`);
    return {
      height: height.toString(),
      txs_results: listOrNull(results.txResults.map(execTxResultToJson)),
      finalize_block_events: listOrNull((results.events ?? []).map(abciEventToJson)),
      validator_updates: listOrNull(results.validatorUpdates.map(validatorUpdateToJson)),
      consensus_param_updates: results.consensusParamUpdates === undefined ? null : (consensusParamsToJson(results.consensusParamUpdates) as Json),
      app_hash: base64OrNull(results.appHash),
    };
  },
});

function blockResult(backend: CometBackend, height: bigint | undefined): Json {
  const meta = height === undefined ? undefined : backend.blockMeta(height);
  const found = height === undefined ? undefined : backend.block(height);
  return {block_id: blockIdToJson(meta?.blockId ?? NIL_BLOCK_ID), block: found === undefined ? null : blockToJson(found)};
}

function headerResult(backend: CometBackend, height: bigint | undefined): Json {
  const meta = height === undefined ? undefined : backend.blockMeta(height);
  return {header: meta === undefined ? null : headerToJson(meta.header)};
}

/** Go's nil slice. */
function listOrNull(list: readonly Json[]): Json {
  return list.length === 0 ? null : list;
}
