import type {Channel, PeerEvents} from '#consensus/engine';
import type {P2pLogger} from './types.ts';

type WritableListener = (peer: string, channel: Channel) => void;

/** Who listens to the network. What a peer caused must not be able to throw into the connection's event loop, so nothing here throws. */
export class Subscribers {
  readonly #logger: P2pLogger;
  readonly #events = new Set<PeerEvents>();
  readonly #writable = new Set<WritableListener>();

  constructor(logger: P2pLogger) {
    this.#logger = logger;
  }

  add(events: PeerEvents): () => void {
    this.#events.add(events);
    return () => this.#events.delete(events);
  }

  addWritable(listener: WritableListener): () => void {
    this.#writable.add(listener);
    return () => this.#writable.delete(listener);
  }

  tell(event: (events: PeerEvents) => void): void {
    for (const subscriber of [...this.#events]) this.guard(() => event(subscriber));
  }

  tellWritable(peer: string, channel: Channel): void {
    for (const listener of [...this.#writable]) this.guard(() => listener(peer, channel));
  }

  guard(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.#logger.error({error}, 'A subscriber of the network failed');
    }
  }
}
