import {SAPS} from '#precompiles';
import type {Address} from './types.ts';

/** Work beyond the gas that the precompile takes. */
type Work = (input: Uint8Array) => bigint;

/**
 * In gas of 33 ns, by `npm run bench -- gas`. An input that the precompile refuses at once counts as if it did not: what is refused
 * has lost its gas.
 */
export const PRECOMPILE_WORK: ReadonlyMap<Address, Work> = new Map<Address, Work>([]);

void SAPS;
