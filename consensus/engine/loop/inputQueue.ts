/** Inputs in the order of their arrival, handled one at a time. Bounded by who pushes: the gossip per peer, timers by their number. */
import type {LoopInput} from './types.ts';

export class InputQueue {
  private readonly handle: (input: LoopInput) => Promise<void>;
  private readonly onError: (error: unknown) => void;
  private waiting: LoopInput[] = [];
  private draining: Promise<void> | undefined;
  /** closed: what is pushed waits. ended: it is dropped. */
  private status: 'closed' | 'open' | 'ended' = 'closed';

  constructor(handle: (input: LoopInput) => Promise<void>, onError: (error: unknown) => void) {
    this.handle = handle;
    this.onError = onError;
  }

  get length(): number {
    return this.waiting.length;
  }

  push(input: LoopInput): void {
    if (this.status === 'ended') return;
    this.waiting.push(input);
    this.drain();
  }

  open(): void {
    if (this.status === 'closed') this.status = 'open';
    this.drain();
  }

  /** Nothing is begun any more. Resolves when the input that is being handled is done with. */
  async end(): Promise<void> {
    this.status = 'ended';
    this.waiting = [];
    await this.draining;
  }

  private drain(): void {
    if (this.status !== 'open' || this.draining !== undefined || this.waiting.length === 0) return;
    this.draining = this.handleAll().finally(() => {
      this.draining = undefined;
      // What came in after the last look.
      this.drain();
    });
  }

  private async handleAll(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        const batch = this.waiting;
        this.waiting = [];
        for (const input of batch) {
          if (this.status !== 'open') return;
          await this.handle(input);
        }
      }
    } catch (error) {
      this.onError(error);
    }
  }
}
