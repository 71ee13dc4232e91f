import type {SubscriptionHost} from './subscriptions.ts';

/** Who asked, for the few methods that care. */
export interface Client {
  /** Where notifications can go; undefined over HTTP. */
  readonly host?: SubscriptionHost;
  /** Calls `fn` once when nobody is there any more to be answered. Returns the function that takes it back. */
  onGone?(fn: () => void): () => void;
}

/** A caller of whom nothing is known. */
export const ANYONE: Client = {};
