/** What one JSON-RPC method is: its parameters, its handler, and an example that the tests run. */
import type {ChainBackend, NetworkStatus, PoolBackend} from './backend.ts';
import type {Client} from './client.ts';
import type {DevBackend} from './dev/backend.ts';
import type {EncodedCache, EncodedJson} from './encode/encoded.ts';
import type {Json} from './encode/transaction.ts';
import type {EncodedReceipts} from './encoded-receipts.ts';
import {rpcErrors} from './errors.ts';
import type {Fees} from './fees.ts';
import type {Filters} from './filters.ts';
import type {EthRpcLimits} from './limits.ts';
import type {EthRpcClock} from './options.ts';
import type {ReceiptWaiters} from './receipt-waiters.ts';
import type {RecentBlocks} from './recent-blocks.ts';
import type {Semaphore} from './semaphore.ts';
import type {Parser} from './schema.ts';
import type {Subscriptions} from './subscriptions.ts';

/** What handlers work with. */
export interface RpcContext {
  readonly chain: ChainBackend;
  readonly pool: PoolBackend;
  readonly network: () => NetworkStatus;
  readonly clock: EthRpcClock;
  readonly limits: EthRpcLimits;
  readonly clientVersion: string;
  readonly recent: RecentBlocks;
  readonly encoded: EncodedCache;
  readonly encodedReceipts: EncodedReceipts;
  readonly fees: Fees;
  readonly filters: Filters;
  readonly waiters: ReceiptWaiters;
  /** Traces have places of their own, so that they hold up no calls. */
  readonly traces: Semaphore;
  readonly subscriptions: Subscriptions;
  /** On development chains alone. */
  readonly dev?: DevBackend;
}

export type Result = Json | EncodedJson;

export interface Param<T> {
  readonly name: string;
  readonly parse: Parser<T>;
  /** Present: the argument may be left out or null. */
  readonly fallback?: {readonly value: T};
}

export const required = <T>(name: string, parse: Parser<T>): Param<T> => ({name, parse});
export const optional = <T>(name: string, parse: Parser<T>, value: NoInfer<T>): Param<T> => ({name, parse, fallback: {value}});
export const maybe = <T>(name: string, parse: Parser<T>): Param<T | undefined> => ({name, parse, fallback: {value: undefined}});

type Values<P extends readonly Param<unknown>[]> = {-readonly [K in keyof P]: P[K] extends Param<infer T> ? T : never};

export interface MethodExample {
  readonly params: readonly unknown[];
  /** What the answer looks like, in words or as a value. */
  readonly result: unknown;
}

export interface Method {
  readonly name: string;
  /** Names and whether each may be left out, in order. */
  readonly params: readonly {readonly name: string; readonly isOptional: boolean}[];
  /** Takes time in proportion to its parameters: a bounded number of these runs at once. */
  readonly isHeavy: boolean;
  readonly example: MethodExample;
  /** Begins what all of these requests have in common, given the parameters of each; undefined: there is nothing. Never rejects. */
  readonly prepare: ((context: RpcContext, requests: readonly (readonly unknown[])[]) => Promise<void> | undefined) | undefined;
  /** Throws or rejects with RpcError, ChainError or PoolError. */
  run(context: RpcContext, params: readonly unknown[], client: Client): Result | Promise<Result>;
}

export interface MethodDefinition<P extends readonly Param<unknown>[]> {
  readonly name: string;
  /** A function when the bounds of a parser depend on the node's limits. */
  readonly params: P | ((limits: EthRpcLimits) => P);
  readonly isHeavy?: boolean;
  /** Before any of these requests is run: work for all of them together. */
  readonly prepare?: Method['prepare'];
  readonly example: MethodExample;
  readonly handler: (context: RpcContext, args: Values<P>, client: Client) => Result | Promise<Result>;
}

export type MethodFactory = (limits: EthRpcLimits) => Method;

export function defineMethod<const P extends readonly Param<unknown>[]>(definition: MethodDefinition<P>): MethodFactory {
  return (limits) => {
    const params = typeof definition.params === 'function' ? definition.params(limits) : definition.params;
    return {
      name: definition.name,
      params: params.map(({name, fallback}) => ({name, isOptional: fallback !== undefined})),
      isHeavy: definition.isHeavy ?? false,
      prepare: definition.prepare,
      example: definition.example,
      run: (context, args, client) => definition.handler(context, parseArguments(params, args) as Values<P>, client),
    };
  };
}

function parseArguments(params: readonly Param<unknown>[], args: readonly unknown[]): unknown[] {
  if (args.length > params.length) throw rpcErrors.invalidParams(`too many arguments, want at most ${params.length}`);
  return params.map((param, index) => {
    const value = args[index];
    if (value !== undefined && value !== null) return param.parse(value, `argument ${index} (${param.name})`);
    if (param.fallback === undefined) throw rpcErrors.invalidParams(`missing value for required argument ${index} (${param.name})`);
    return param.fallback.value;
  });
}
