import type {SimulatedBlockRequest} from '../../rpc/eth/backend.ts';
import {SIMULATED_BLOCKS_MAX} from '../limits.ts';
import {SimulationError} from './errors.ts';

/** Seconds between two blocks where nothing else is said. */
const TIMESTAMP_INCREMENT = 12n;

export interface PlannedBlock extends SimulatedBlockRequest {
  readonly number: bigint;
  readonly timestamp: bigint;
}

/** The blocks in their order, with their numbers and times, and empty ones where numbers are left out. Throws SimulationError. */
export function planBlocks(requests: readonly SimulatedBlockRequest[], base: {readonly number: bigint; readonly timestamp: bigint}): PlannedBlock[] {
  const planned: PlannedBlock[] = [];
  let {number, timestamp} = base;
  for (const request of requests) {
    const next = request.blockOverrides.number ?? number + 1n;
    if (next <= number) throw new SimulationError('block-number-order', `block numbers must be in order: ${next} <= ${number}`);
    if (next - base.number > SIMULATED_BLOCKS_MAX) throw new SimulationError('limit-exceeded', 'too many blocks');
    while (number + 1n < next) {
      number += 1n;
      timestamp += TIMESTAMP_INCREMENT;
      planned.push({number, timestamp, blockOverrides: {}, stateOverrides: new Map(), calls: []});
    }
    const time = request.blockOverrides.time ?? timestamp + TIMESTAMP_INCREMENT;
    if (time <= timestamp) throw new SimulationError('block-timestamp-order', `block timestamps must be in order: ${time} <= ${timestamp}`);
    number = next;
    timestamp = time;
    planned.push({...request, number, timestamp});
  }
  return planned;
}
