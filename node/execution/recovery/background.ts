/**
 * Senders recovered in a second thread, while this one admits and executes what came before: a recovery is a fifth of all that a plain
 * transfer costs. What is asked for in one turn of the event loop goes over as one message.
 */
import {Worker} from 'node:worker_threads';
import {bytesToHex} from '../hex.ts';
import {RECOVERY_MIN, RECOVERY_WAITING_MAX} from '../limits.ts';
import type {Address} from '../types.ts';
import {ADDRESS_BYTES, packTransactions} from './packing.ts';

/** Of each transaction the sender, or undefined where the caller has to find out for itself. Never rejects. */
export type RecoverSenders = (transactions: readonly Uint8Array[]) => Promise<readonly (Address | undefined)[]>;

interface Asked {
  readonly transactions: readonly Uint8Array[];
  readonly resolve: (senders: readonly (Address | undefined)[]) => void;
}

const NO_ADDRESS = `0x${'00'.repeat(ADDRESS_BYTES)}`;

export class BackgroundRecovery {
  readonly #onFailure: (error: Error) => void;
  readonly #sent = new Map<number, readonly Asked[]>();
  #asked: Asked[] = [];
  #waiting = 0;
  #worker: Worker | undefined;
  #isUnavailable = false;
  #nextId = 0;

  /** `onFailure`: the thread cannot run here, or ended; from then on nobody gets a sender of it. */
  constructor(onFailure: (error: Error) => void) {
    this.#onFailure = onFailure;
  }

  readonly recover: RecoverSenders = (transactions) => {
    const isTooMuch = this.#waiting + transactions.length > RECOVERY_WAITING_MAX;
    if (this.#isUnavailable || isTooMuch || transactions.length === 0) return Promise.resolve(transactions.map(() => undefined));
    this.#waiting += transactions.length;
    return new Promise((resolve) => {
      this.#asked.push({transactions, resolve});
      // After everything that has arrived by now was read.
      if (this.#asked.length === 1) setImmediate(() => this.#send());
    });
  };

  async close(): Promise<void> {
    this.#isUnavailable = true;
    this.#giveUp();
    await this.#worker?.terminate();
  }

  #send(): void {
    const asked = this.#asked;
    this.#asked = [];
    const transactions = asked.flatMap((one) => one.transactions);
    // A few are done sooner here than told to another thread.
    if (this.#isUnavailable || transactions.length < RECOVERY_MIN) return this.#answer(asked, () => undefined);
    const id = this.#nextId++;
    this.#sent.set(id, asked);
    try {
      this.#thread().postMessage({id, packed: packTransactions(transactions)});
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    if (this.#isUnavailable) return;
    this.#isUnavailable = true;
    this.#giveUp();
    this.#onFailure(error);
  }

  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    // The flags of this process are not meant for it.
    const worker = new Worker(new URL(file, import.meta.url), {execArgv: []});
    worker.unref();
    worker.on('message', ({id, senders}: {readonly id: number; readonly senders: Uint8Array}) => {
      const asked = this.#sent.get(id) ?? [];
      this.#sent.delete(id);
      this.#answer(asked, (index) => {
        const sender = bytesToHex(senders.subarray(index * ADDRESS_BYTES, (index + 1) * ADDRESS_BYTES));
        return sender === NO_ADDRESS ? undefined : sender;
      });
    });
    worker.on('error', (error: Error) => this.#fail(error));
    worker.on('exit', (code) => this.#fail(new Error(`the thread ended with code ${code}`)));
    this.#worker = worker;
    return worker;
  }

  #answer(asked: readonly Asked[], senderOf: (index: number) => Address | undefined): void {
    let index = 0;
    for (const {transactions, resolve} of asked) {
      this.#waiting -= transactions.length;
      resolve(transactions.map(() => senderOf(index++)));
    }
  }

  #giveUp(): void {
    for (const asked of this.#sent.values()) this.#answer(asked, () => undefined);
    this.#sent.clear();
    this.#answer(this.#asked.splice(0), () => undefined);
  }
}
