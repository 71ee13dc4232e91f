/** What a method is: named parameters and a handler. */
import type {CometBackend} from './backend.ts';
import type {Json} from './json.ts';
import type {CometRpcLimits} from './limits.ts';
import type {Parameter} from './parameters.ts';

export interface RpcContext {
  readonly backend: CometBackend;
  readonly limits: CometRpcLimits;
}

export interface Method {
  readonly name: string;
  /** In the order of positional parameters. */
  readonly parameters: Readonly<Record<string, Parameter<unknown>>>;
  call(context: RpcContext, args: Readonly<Record<string, unknown>>): Json | Promise<Json>;
}

type ArgumentsOf<P extends Readonly<Record<string, Parameter<unknown>>>> = {readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never};

/** Ties the handler's arguments to the parameters. */
export function method<P extends Readonly<Record<string, Parameter<unknown>>>>(definition: {
  readonly name: string;
  readonly parameters: P;
  call(context: RpcContext, args: ArgumentsOf<P>): Json | Promise<Json>;
}): Method {
  return definition as unknown as Method;
}
