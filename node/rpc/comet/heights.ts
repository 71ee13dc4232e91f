/** Which height is meant, in CometBFT's words when it cannot be had (rpc/core/env.go). */
import type {CometBackend} from './backend.ts';
import {internalError} from './errors.ts';

/** The height asked for, or `latest`. @throws RpcError */
export function resolveHeight(backend: CometBackend, asked: bigint | undefined, latest: bigint, base = backend.base()): bigint {
  if (asked === undefined) return latest;
  if (asked <= 0n) throw internalError(`height must be greater than 0, but got ${asked}`);
  if (asked > latest) throw internalError(`height ${asked} must be less than or equal to the current blockchain height ${latest}`);
  if (asked < base) throw internalError(`height ${asked} is not available, lowest height is ${base}`);
  return asked;
}

/** Validators and parameters are known one height ahead, unless the node is still catching up. */
export function latestUncommittedHeight(backend: CometBackend): bigint {
  return backend.isCatchingUp() ? backend.height() : backend.height() + 1n;
}
