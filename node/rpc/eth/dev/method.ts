/** Methods of development chains: as all others, but there is no node without a development chain that has them. */
import type {Address, Hash} from '#node/execution';
import type {CallRequest} from '../backend.ts';
import {rpcErrors} from '../errors.ts';
import {estimateGas} from '../gas-estimate.ts';
import {defineMethod, type MethodExample, type MethodFactory, type Param, type Result, type RpcContext} from '../method.ts';
import {fail, type Parser} from '../schema.ts';
import type {DevBackend} from './backend.ts';

type Values<P extends readonly Param<unknown>[]> = {-readonly [K in keyof P]: P[K] extends Param<infer T> ? T : never};

export interface DevCall {
  readonly dev: DevBackend;
  readonly context: RpcContext;
  /** The name by which it was called: what it answers depends on whose method it is. */
  readonly name: string;
}

export interface DevMethodDefinition<P extends readonly Param<unknown>[]> {
  /** The same method under the names that tools know it by. */
  readonly names: readonly [string, ...string[]];
  readonly params: P;
  readonly example: MethodExample;
  readonly handler: (call: DevCall, args: Values<P>) => Result | Promise<Result>;
}

export function defineDevMethod<const P extends readonly Param<unknown>[]>(definition: DevMethodDefinition<P>): readonly MethodFactory[] {
  return definition.names.map((name) =>
    defineMethod({
      name,
      params: definition.params,
      example: definition.example,
      handler: (context, args) => definition.handler({dev: devOf(context, name), context, name}, args as Values<P>),
    }),
  );
}

export function devOf(context: RpcContext, name: string): DevBackend {
  if (context.dev === undefined) throw rpcErrors.methodNotFound(name);
  return context.dev;
}

/** Hardhat answers true to what anvil answers null to. */
export const done = (name: string): Result => (name.startsWith('anvil_') ? null : true);

/** A number as tools send it: hex, with leading zeros too, a decimal string, or a JSON number. */
export const amount =
  (bits: 64 | 256): Parser<bigint> =>
  (value, where) => {
    const wanted = `an unsigned integer of at most ${bits} bits as hex, decimal string or number`;
    if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : fail(where, wanted, 'not a whole number from 0 to 2^53 - 1');
    if (typeof value !== 'string' || !/^(0[xX][0-9a-fA-F]{1,64}|[0-9]{1,78})$/.test(value)) return fail(where, wanted, 'malformed');
    const parsed = BigInt(value);
    return parsed < 1n << BigInt(bits) ? parsed : fail(where, wanted, `more than ${bits} bits`);
  };

/** Fills in what a request leaves open, as a wallet would, and sends it. */
export async function sendFrom(context: RpcContext, dev: DevBackend, request: CallRequest & {readonly from: Address}, isForced: boolean): Promise<Hash> {
  const {chain, pool, fees, limits} = context;
  const {from, to, value, data, gasPrice, accessList, authorizationList} = request;
  const {number, gasLimit: blockGasLimit} = chain.head().header;
  const type = authorizationList !== undefined ? 4 : gasPrice === undefined ? 2 : accessList === undefined ? 0 : 1;
  const price = gasPrice === undefined ? await dynamicFees(request) : {maxFeePerGas: gasPrice};
  const gasLimit =
    request.gas ?? (await estimateGas(chain, await chain.stateAt(number), blockGasLimit, request, {number, pending: true, gasLimitMax: limits.callGasMax}));
  return dev.send(
    {
      type,
      chainId: chain.chainId,
      nonce: request.nonce ?? pool.pendingNonce(from),
      gasLimit,
      to,
      ...price,
      ...(value === undefined ? {} : {value}),
      ...(data === undefined ? {} : {data}),
      ...(accessList === undefined ? {} : {accessList}),
      ...(authorizationList === undefined ? {} : {authorizationList}),
    },
    from,
    isForced,
  );

  async function dynamicFees({maxFeePerGas, maxPriorityFeePerGas}: CallRequest): Promise<{maxFeePerGas: bigint; maxPriorityFeePerGas: bigint}> {
    const tip = maxPriorityFeePerGas ?? (await fees.suggestedTip());
    // Enough for some full blocks in between, as wallets do.
    const cap = maxFeePerGas ?? 2n * chain.baseFeeOfNextBlock() + tip;
    return {maxFeePerGas: cap, maxPriorityFeePerGas: maxPriorityFeePerGas === undefined && tip > cap ? cap : tip};
  }
}
