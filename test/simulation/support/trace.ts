/** What happened, in order: the last lines for people, a hash over everything to tell whether two runs took the same course. */
import {createHash, type Hash} from 'node:crypto';

/** Lines that a failure shows. */
const KEPT_LINES = 400;

export class Trace {
  private readonly hash: Hash = createHash('sha256');
  private kept: string[] = [];
  private readonly print: ((line: string) => void) | undefined;

  constructor(print?: (line: string) => void) {
    this.print = print;
  }

  /** For people and for the hash. */
  line(atMs: number, text: string): void {
    const line = `${atMs.toFixed(3)} ${text}`;
    this.hash.update(line).update('\n');
    this.kept.push(line);
    if (this.kept.length > 2 * KEPT_LINES) this.kept = this.kept.slice(-KEPT_LINES);
    this.print?.(line);
  }

  /** For the hash alone: every delivered message, for one. */
  mark(text: string): void {
    this.hash.update(text).update('\n');
  }

  get lines(): readonly string[] {
    return this.kept;
  }

  last(count: number): readonly string[] {
    return this.kept.slice(-count);
  }

  /** Hex; may be asked for at any time. */
  get digest(): string {
    return this.hash.copy().digest('hex');
  }
}
