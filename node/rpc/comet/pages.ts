/** Pages and orders of lists, with CometBFT's words when they make no sense (rpc/core/env.go). */
import {internalError} from './errors.ts';
import type {CometRpcLimits} from './limits.ts';

/** Pages count from 1. @throws RpcError when the page is past the end. */
export function pageRange(
  total: number,
  page: bigint | undefined,
  perPage: bigint | undefined,
  limits: Pick<CometRpcLimits, 'perPageDefault' | 'perPageMax'>,
): {start: number; end: number} {
  const size = perPage === undefined || perPage < 1n ? limits.perPageDefault : Number(perPage > BigInt(limits.perPageMax) ? limits.perPageMax : perPage);
  const pages = Math.max(1, Math.ceil(total / size));
  const number = page ?? 1n;
  if (number < 1n || number > BigInt(pages)) throw internalError(`page should be within [1, ${pages}] range, given ${number}`);
  const start = (Number(number) - 1) * size;
  return {start, end: Math.min(total, start + size)};
}

/** @throws RpcError */
export function isDescending(order: string, byDefault: 'asc' | 'desc'): boolean {
  const chosen = order === '' ? byDefault : order;
  if (chosen !== 'asc' && chosen !== 'desc') throw internalError('expected order_by to be either `asc` or `desc` or empty');
  return chosen === 'desc';
}
