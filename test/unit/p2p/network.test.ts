import {afterEach, describe, expect, it} from '@jest/globals';
import {bytesOf, startNode, startPair, stopAll} from './support.ts';
import type {TestNode} from './support.ts';

const DATA = 0x21;
const VOTE = 0x22;
const nodes: TestNode[] = [];
afterEach(() => stopAll(nodes.splice(0)));

describe('P2pNetwork', () => {
  it('delivers messages of each channel in order and whole, both ways', async () => {
    const [a, b] = await startPair();
    nodes.push(a, b);
    for (let i = 0; i < 300; i++) {
      expect(a.network.send(b.id, VOTE, bytesOf(200 + i, i))).toBe(true);
      if (i % 20 === 0) expect(a.network.send(b.id, DATA, bytesOf(65_536 + i, i))).toBe(true);
      expect(b.network.send(a.id, VOTE, bytesOf(1 + i, i))).toBe(true);
    }
    await Promise.all([b.until(() => b.messages().length === 315), a.until(() => a.messages().length === 300)]);
    b.messages(VOTE).forEach((bytes, i) => expect(Buffer.from(bytes).equals(bytesOf(200 + i, i))).toBe(true));
    b.messages(DATA).forEach((bytes, i) => expect(Buffer.from(bytes).equals(bytesOf(65_536 + 20 * i, 20 * i))).toBe(true));
    a.messages(VOTE).forEach((bytes, i) => expect(Buffer.from(bytes).equals(bytesOf(1 + i, i))).toBe(true));
  });
});
