/** The payload of eth_simulateV1 (execution-apis, EthSimulatePayload). */
import type {SimulatedBlockRequest, SimulationRequest, StateOverrides} from './backend.ts';
import {callRequest, simulatedBlockOverrides, stateOverrides} from './call-request.ts';
import {rpcErrors} from './errors.ts';
import type {EthRpcLimits} from './limits.ts';
import {arrayOf, boolean, optionalField, record, type Parser} from './schema.ts';

export interface ParsedSimulation {
  readonly request: SimulationRequest;
  /** Those that calls name. */
  readonly chainIds: readonly bigint[];
  /** Whether transactions are shown, or their hashes only. */
  readonly full: boolean;
}

export const simulationRequest =
  (limits: EthRpcLimits): Parser<ParsedSimulation> =>
  (value, where) => {
    const object = record(value, where);
    const flag = (name: string): boolean => optionalField(object, name, boolean, where) ?? false;
    const entries = optionalField(object, 'blockStateCalls', arrayOf(record, Infinity), where) ?? [];
    if (entries.length === 0) throw rpcErrors.invalidParams('empty input');
    if (entries.length > limits.simulatedBlocksMax) throw rpcErrors.simulationLimit('too many blocks');
    const chainIds: bigint[] = [];
    let callsTotal = 0;
    let overridesTotal = 0;
    const blocks = entries.map((entry, index): SimulatedBlockRequest => {
      const at = `${where}.blockStateCalls[${index}]`;
      const calls = optionalField(entry, 'calls', arrayOf(record, Infinity), at) ?? [];
      callsTotal += calls.length;
      if (calls.length > limits.simulatedCallsPerBlockMax) {
        throw rpcErrors.simulationLimit(`too many calls in block: ${calls.length} > ${limits.simulatedCallsPerBlockMax}`);
      }
      if (callsTotal > limits.simulatedCallsMax) throw rpcErrors.simulationLimit(`too many calls: ${callsTotal} > ${limits.simulatedCallsMax}`);
      const parsed = calls.map((call, i) => callRequest(call, `${at}.calls[${i}]`));
      for (const {chainId} of parsed) if (chainId !== undefined) chainIds.push(chainId);
      const overrides = optionalField(entry, 'stateOverrides', stateOverrides(limits.stateOverridesMax), at) ?? new Map();
      overridesTotal += sizeOf(overrides);
      if (overridesTotal > limits.simulatedOverridesMax) throw rpcErrors.simulationLimit(`too many overrides: more than ${limits.simulatedOverridesMax} accounts and slots`);
      return {
        blockOverrides: optionalField(entry, 'blockOverrides', simulatedBlockOverrides, at) ?? {},
        stateOverrides: overrides,
        calls: parsed.map(({request}) => request),
      };
    });
    return {
      request: {blocks, traceTransfers: flag('traceTransfers'), validation: flag('validation')},
      chainIds,
      full: flag('returnFullTransactions'),
    };
  };

function sizeOf(overrides: StateOverrides): number {
  let size = overrides.size;
  for (const {state, stateDiff} of overrides.values()) size += (state?.size ?? 0) + (stateDiff?.size ?? 0);
  return size;
}
