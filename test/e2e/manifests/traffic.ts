/** Transfers that go on while nodes come and go; remembers which had a receipt, and where. */
import type {ProcessNetwork} from '../../support/processes.ts';
import {rpc} from '../../support/devnet.ts';
import {signTransfers} from '../../bench/transfers.ts';

const TRANSFERS_MAX = 4_000;
const CALL_TIMEOUT_MS = 2_000;
/** Transfers that are looked up for each one that is sent, and how far behind the newest. */
const REVIEWED = 4;
const REVIEW_LAG = 20;

export class Traffic {
  /** Transaction hash → hash of the block that its first receipt named. */
  readonly receipts = new Map<string, string>();
  private readonly network: ProcessNetwork;
  private readonly everyMs: number;
  private raws: readonly string[] = [];
  private readonly sent: {raw: string; hash: string | undefined}[] = [];
  /** All before this one had a receipt. */
  private reviewed = 0;
  private ended = false;
  private running: Promise<void> = Promise.resolve();

  constructor(network: ProcessNetwork, everyMs: number) {
    this.network = network;
    this.everyMs = everyMs;
  }

  async start(): Promise<void> {
    this.raws = (await signTransfers(this.network.description, this.network.validators[0]!.ethUrl, TRANSFERS_MAX)).map(({raw}) => raw);
    this.running = this.run();
  }

  /** Ends the traffic, sends again what the pools have lost with their processes, and waits until all of it is committed. */
  async settle(timeoutMs: number): Promise<number> {
    this.ended = true;
    await this.running;
    const {ethUrl} = this.network.validators[0]!;
    const deadline = Date.now() + timeoutMs;
    for (let left = this.sent; left.length > 0; ) {
      // In the order of their nonces; what the pool knows already it refuses.
      for (const transfer of left) transfer.hash = (await this.submit(ethUrl, transfer.raw)) ?? transfer.hash;
      const before = left.length;
      for (const transfer of left) await this.look(ethUrl, transfer.hash);
      left = left.filter(({hash}) => hash === undefined || !this.receipts.has(hash));
      if (left.length > 0 && left.length === before && Date.now() > deadline) {
        throw new Error(`${left.length} of ${this.sent.length} transactions were not committed within ${timeoutMs} ms, the first ${left[0]!.hash ?? left[0]!.raw}`);
      }
    }
    return this.sent.length;
  }

  private async run(): Promise<void> {
    const nodes = this.network.validators;
    for (let i = 0; !this.ended && i < this.raws.length; i++) {
      const transfer: {raw: string; hash: string | undefined} = {raw: this.raws[i]!, hash: undefined};
      this.sent.push(transfer);
      // A node that is down or paused refuses or is silent; the next one takes it.
      for (let attempt = 0; attempt < nodes.length && transfer.hash === undefined; attempt++) {
        transfer.hash = await this.submit(nodes[(i + attempt) % nodes.length]!.ethUrl, transfer.raw);
      }
      await this.review(nodes[(i + 1) % nodes.length]!.ethUrl);
      await sleep(this.everyMs);
    }
  }

  /** The oldest few without a receipt: those that went down with a node hold up what their senders sent after them. */
  private async review(url: string): Promise<void> {
    for (let count = 0; count < REVIEWED && this.reviewed < this.sent.length - REVIEW_LAG; count++) {
      const transfer = this.sent[this.reviewed]!;
      if (await this.look(url, transfer.hash)) this.reviewed++;
      else return void (transfer.hash = (await this.submit(url, transfer.raw)) ?? transfer.hash);
    }
  }

  private async submit(url: string, raw: string): Promise<string | undefined> {
    try {
      return await within(rpc<string>(url, 'eth_sendRawTransaction', [raw]));
    } catch {
      return undefined;
    }
  }

  private async look(url: string, hash: string | undefined): Promise<boolean> {
    if (hash === undefined) return false;
    if (this.receipts.has(hash)) return true;
    try {
      const receipt = await within(rpc<{blockHash: string} | null>(url, 'eth_getTransactionReceipt', [hash]));
      if (receipt === null) return false;
      this.receipts.set(hash, receipt.blockHash);
      return true;
    } catch {
      return false;
    }
  }
}

function within<T>(call: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), CALL_TIMEOUT_MS);
    call.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
