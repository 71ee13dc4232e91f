/** Validators and consensus parameters by height. */
import {consensusParamsToJson} from '#proto';
import {internalError} from '../errors.ts';
import {latestUncommittedHeight, resolveHeight} from '../heights.ts';
import {validatorToJson, type Json} from '../json.ts';
import {method} from '../method.ts';
import {pageRange} from '../pages.ts';
import {optionalInt64} from '../parameters.ts';

export const validators = method({
  name: 'validators',
  purpose: 'The validators that decide a height, in pages.',
  parameters: {height: optionalInt64, page: optionalInt64, per_page: optionalInt64},
  call({backend, limits}, {height: asked, page, per_page: perPage}) {
    const height = resolveHeight(backend, asked, latestUncommittedHeight(backend), backend.headerBase());
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
  purpose: 'The consensus parameters of a height.',
  parameters: {height: optionalInt64},
  call({backend}, {height: asked}) {
    const height = resolveHeight(backend, asked, latestUncommittedHeight(backend));
    const params = backend.consensusParams(height);
    if (params === undefined) throw internalError(`could not find consensus params for height #${height}`);
    return {block_height: height.toString(), consensus_params: consensusParamsToJson(params) as Json};
  },
});
