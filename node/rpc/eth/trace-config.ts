/** The second argument of debug_trace*: geth's TraceConfig and TraceCallConfig (eth/tracers/api.go). */
import type {BlockOverrides, StateOverrides, TraceOptions} from './backend.ts';
import {blockOverrides, stateOverrides} from './call-request.ts';
import {rpcErrors} from './errors.ts';
import type {EthRpcLimits} from './limits.ts';
import {boolean, fail, number, optionalField, record, string, uint64, type Parser} from './schema.ts';

type Fields = Readonly<Record<string, unknown>>;
type TracerSpec = TraceOptions['tracer'];

const TRACERS = 'callTracer, prestateTracer, 4byteTracer, noopTracer, or none for the struct logger';
const UNIT_MS: Readonly<Record<string, number>> = {ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000};

const flag = (object: Fields, name: string, where: string): boolean => optionalField(object, name, boolean, where) ?? false;

export const traceConfig =
  (limits: EthRpcLimits): Parser<TraceOptions> =>
  (value, where) =>
    traceOptions(record(value, where), where, limits);

export const defaultTrace = (limits: EthRpcLimits): TraceOptions => traceOptions({}, '', limits);

export interface TraceCallConfig extends TraceOptions {
  readonly stateOverrides: StateOverrides | undefined;
  readonly blockOverrides: BlockOverrides | undefined;
  readonly transactionIndex: number | undefined;
}

export const traceCallConfig =
  (limits: EthRpcLimits): Parser<TraceCallConfig> =>
  (value, where) => {
    const object = record(value, where);
    const index = optionalField(object, 'txIndex', uint64, where);
    return {
      ...traceOptions(object, where, limits),
      stateOverrides: optionalField(object, 'stateOverrides', stateOverrides(limits.stateOverridesMax), where),
      blockOverrides: optionalField(object, 'blockOverrides', blockOverrides, where),
      transactionIndex: index === undefined ? undefined : Number(index),
    };
  };

function traceOptions(object: Fields, where: string, limits: EthRpcLimits): TraceOptions {
  const timeout = optionalField(object, 'timeout', duration, where);
  if (timeout !== undefined && timeout > limits.traceTimeoutMaxMs) {
    throw rpcErrors.invalidParams(`invalid ${where}.timeout: more than ${limits.traceTimeoutMaxMs} ms, the most that this node gives`);
  }
  return {tracer: tracerSpec(object, where), timeoutMs: timeout ?? limits.traceTimeoutMs};
}

function tracerSpec(object: Fields, where: string): TracerSpec {
  const name = optionalField(object, 'tracer', string, where) ?? '';
  const config = optionalField(object, 'tracerConfig', record, where) ?? {};
  const inner = `${where}.tracerConfig`;
  switch (name) {
    case '':
      return {
        kind: 'struct',
        enableMemory: flag(object, 'enableMemory', where),
        disableStack: flag(object, 'disableStack', where),
        disableStorage: flag(object, 'disableStorage', where),
        enableReturnData: flag(object, 'enableReturnData', where),
        limit: optionalField(object, 'limit', steps, where) ?? 0,
      };
    case 'callTracer':
      return {kind: 'call', onlyTopCall: flag(config, 'onlyTopCall', inner), withLog: flag(config, 'withLog', inner)};
    case 'prestateTracer':
      return {
        kind: 'prestate',
        diffMode: flag(config, 'diffMode', inner),
        disableCode: flag(config, 'disableCode', inner),
        disableStorage: flag(config, 'disableStorage', inner),
        includeEmpty: flag(config, 'includeEmpty', inner),
      };
    case '4byteTracer':
      return {kind: '4byte'};
    case 'noopTracer':
      return {kind: 'noop'};
    default:
      throw rpcErrors.server(`tracer not found: this node has ${TRACERS}`);
  }
}

const steps: Parser<number> = (value, where) => {
  const count = number(value, where);
  return Number.isSafeInteger(count) && count >= 0 ? count : fail(where, 'a number of steps, 0 for all', 'not a non-negative integer');
};

/** Go's duration: "5s", "300ms", "1m30s". */
const duration: Parser<number> = (value, where) => {
  const text = string(value, where);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gy)];
  if (text.length === 0 || text.length > 32 || parts.reduce((length, [part]) => length + part.length, 0) !== text.length) {
    return fail(where, 'a duration such as "5s" or "300ms"', `invalid duration ${JSON.stringify(text.slice(0, 32))}`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit!]!, 0);
};
