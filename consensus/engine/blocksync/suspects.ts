/**
 * Two blocks that do not fit each other, from two peers: one of them lies, and nothing says which. Both heights are then asked of one
 * peer; once a block is verified, whoever had given another one for its height is known to have lied. (CometBFT drops both peers.)
 */
import {blockIdEquals, type BlockID} from '#proto';
import type {ReceivedBlock} from './types.ts';

interface Statement {
  readonly height: bigint;
  readonly peer: string;
  readonly blockId: BlockID;
}

/** Statements kept: a few per failed pair, of which there is one at a time. */
const STATEMENTS_MAX = 64;

export class Suspects {
  private statements: Statement[] = [];

  add(...blocks: readonly ReceivedBlock[]): void {
    for (const {height, peer, blockId} of blocks) this.statements.push({height, peer, blockId});
    this.statements = this.statements.slice(-STATEMENTS_MAX);
  }

  has(peer: string): boolean {
    return this.statements.some((statement) => statement.peer === peer);
  }

  remove(peer: string): void {
    this.statements = this.statements.filter((statement) => statement.peer !== peer);
  }

  /** This is the block of this height: returns who said otherwise. */
  settle(height: bigint, blockId: BlockID): Set<string> {
    const liars = this.statements.filter((statement) => statement.height === height && !blockIdEquals(statement.blockId, blockId));
    this.statements = this.statements.filter((statement) => statement.height > height);
    return new Set(liars.map(({peer}) => peer));
  }

  clear(): void {
    this.statements = [];
  }
}
