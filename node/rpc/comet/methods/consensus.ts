/** Validators and consensus parameters by height. */
import {consensusParamsToJson} from '#proto';
import {internalError} from '../errors.ts';
import {latestUncommittedHeight, resolveHeight} from '../heights.ts';
import {validatorToJson, type Json} from '../json.ts';
import {method} from '../method.ts';
import type {CometRpcLimits} from '../limits.ts';
import {optionalInt64} from '../parameters.ts';

export const validators = method({
  name: 'validators',
  parameters: {height: optionalInt64, page: optionalInt64, per_page: optionalInt64},
  call({backend, limits}, {height: asked, page, per_page: perPage}) {
    const height = resolveHeight(backend, asked, latestUncommittedHeight(backend));
    const set = backend.validators(height);
    if (set === undefined) throw internalError(`could not find validator set for height #${height}`);
    const {start, end} = pageRange(set.validators.length, page, perPage, limits);
    const shown = set.validators.slice(start, end);
    return {
      block_height: height.toString(),
      validators: shown.map(validatorToJson),
      count: String(shown.length),
      total: String(set.validators.length),
    };
  },
});

export const consensusParams = method({
  name: 'consensus_params',
  parameters: {height: optionalInt64},
  call({backend}, {height: asked}) {
    const height = resolveHeight(backend, asked, latestUncommittedHeight(backend));
    const params = backend.consensusParams(height);
    if (params === undefined) throw internalError(`could not find consensus params for height #${height}`);
    return {block_height: height.toString(), consensus_params: consensusParamsToJson(params) as Json};
  },
});

/** Pages count from 1. @throws RpcError when the page is past the end. */
function pageRange(total: number, page: bigint | undefined, perPage: bigint | undefined, limits: CometRpcLimits): {start: number; end: number} {
  const size = perPage === undefined || perPage < 1n ? limits.perPageDefault : Number(perPage > BigInt(limits.perPageMax) ? limits.perPageMax : perPage);
  const pages = Math.max(1, Math.ceil(total / size));
  const number = page ?? 1n;
  if (number < 1n || number > BigInt(pages)) throw internalError(`page should be within [1, ${pages}] range, given ${number}`);
  const start = (Number(number) - 1) * size;
  return {start, end: start + size};
}
