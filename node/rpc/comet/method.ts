/** What a method is: named parameters and a handler. */
import type {CometBackend} from './backend.ts';
import type {CommitWaiters} from './events/commit-waiters.ts';
import type {Subscriber, Subscriptions} from './events/subscriptions.ts';
import type {Gate} from './gate.ts';
import type {Json} from './json.ts';
import type {CometRpcLimits} from './limits.ts';
import type {Parameter} from './parameters.ts';

export interface RpcContext {
  readonly backend: CometBackend;
  readonly limits: CometRpcLimits;
  readonly subscriptions: Subscriptions;
  readonly commitWaiters: CommitWaiters;
  readonly gate: Gate;
}

/** The request and the connection that it came by. */
export interface Caller {
  readonly id: string | number;
  /** undefined over HTTP. */
  readonly subscriber: Subscriber | undefined;
}

/** @template C what its handler is given; the light client's server has another one. */
export interface Method<C = RpcContext> {
  readonly name: string;
  /** One sentence, for the documentation. */
  readonly purpose: string;
  /** In the order of positional parameters. */
  readonly parameters: Readonly<Record<string, Parameter<unknown>>>;
  /** Served on WebSockets alone. */
  readonly webSocketOnly?: boolean;
  /** Few of them run at the same time. */
  readonly heavy?: boolean;
  call(context: C, args: Readonly<Record<string, unknown>>, caller: Caller): Json | Promise<Json>;
}

export type ArgumentsOf<P extends Readonly<Record<string, Parameter<unknown>>>> = {readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never};

/** Ties the handler's arguments to the parameters. */
export function method<P extends Readonly<Record<string, Parameter<unknown>>>>(definition: {
  readonly name: string;
  readonly purpose: string;
  readonly parameters: P;
  readonly webSocketOnly?: boolean;
  readonly heavy?: boolean;
  call(context: RpcContext, args: ArgumentsOf<P>, caller: Caller): Json | Promise<Json>;
}): Method {
  return definition as unknown as Method;
}
