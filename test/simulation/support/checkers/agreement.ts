/** Honest nodes decide the same blocks, come to the same app hashes, and go up one height after the other. */
import type {Checker, Commitment, Report, Watched} from './checker.ts';

interface Decided {
  readonly hash: string;
  readonly appHash: string;
  readonly by: string;
}

export class AgreementChecker implements Checker {
  private readonly report: Report;
  private readonly decided = new Map<bigint, Decided>();
  /** Highest committed height, and whether the node has been running since. */
  private readonly heights = new Map<string, {highest: bigint; isRunning: boolean}>();

  constructor(report: Report) {
    this.report = report;
  }

  committed(node: Watched, {block, blockId, appHash}: Commitment): void {
    if (!node.isHonest) return;
    const {height} = block.header;
    const own = {hash: hex(blockId.hash), appHash: hex(appHash), by: node.name};
    const first = this.decided.get(height);
    if (first === undefined) this.decided.set(height, own);
    else if (first.hash !== own.hash) this.report('agreement', height, `fork: ${first.by} decided ${first.hash}, ${own.by} ${own.hash}`);
    else if (first.appHash !== own.appHash) this.report('app hash', height, `${first.by} has ${first.appHash}, ${own.by} ${own.appHash}`);

    const before = this.heights.get(node.name);
    if (before !== undefined) {
      if (height <= before.highest) this.report('heights', height, `${node.name} commits it again, having been at ${before.highest}`);
      else if (before.isRunning && height !== before.highest + 1n) this.report('heights', height, `${node.name} comes from ${before.highest}`);
    }
    this.heights.set(node.name, {highest: height, isRunning: true});
  }

  /** What was committed is in the block store after a crash. */
  started(node: Watched, storedHeight: bigint): void {
    const before = this.heights.get(node.name);
    if (!node.isHonest || before === undefined) return;
    if (storedHeight < before.highest) this.report('durability', before.highest, `${node.name} had committed it, and comes back with ${storedHeight}`);
    this.heights.set(node.name, {highest: before.highest, isRunning: false});
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
