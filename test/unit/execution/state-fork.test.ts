/** A fork of a past state has the roots that a chain of its own would have, however the chain moves on meanwhile. */
import {describe, expect, it} from '@jest/globals';
import {memoryStore} from '#node/storage';
import {keccak256} from '../../../node/execution/keccak.ts';
import {bytesToHex} from '../../../node/execution/hex.ts';
import {TRIE_FLUSH_BLOCKS} from '../../../node/execution/limits.ts';
import {StateOverlay} from '../../../node/execution/state/overlay.ts';
import {StateDatabase} from '../../../node/execution/state/state-database.ts';
import {EMPTY_ACCOUNT, EMPTY_ROOT_HASH} from '../../../node/execution/state/types.ts';
import type {Hash} from '../../../node/execution/types.ts';

const hashOf = (text: string): Uint8Array => keccak256(Buffer.from(text));
const address = (name: string): `0x${string}` => bytesToHex(hashOf(name).subarray(12));
const slot = (index: number): Hash => bytesToHex(hashOf(`slot ${index}`));

class StateChain {
  readonly db = memoryStore();
  readonly state = new StateDatabase({db: this.db, head: {number: 0n, stateRoot: EMPTY_ROOT_HASH}, trieMark: {number: 0n, stateRoot: EMPTY_ROOT_HASH}, historyBlocks: undefined});
  number = 0n;

  async block(change: (state: StateOverlay) => void): Promise<Hash> {
    const overlay = new StateOverlay(this.state.newest);
    change(overlay);
    overlay.endTransaction();
    const prepared = await this.state.prepare(overlay);
    const {ops} = this.state.adopt(++this.number, prepared);
    await this.db.write(ops, {sync: true});
    this.state.settle();
    return prepared.stateRoot;
  }
}

const fill = (contract: string, slots: number, round: number) => (state: StateOverlay): void => {
  const at = address(contract);
  state.putAccount(at, {...(state.account(at) ?? EMPTY_ACCOUNT), nonce: 1n + BigInt(round)});
  for (let i = 0; i < slots; i++) state.putSlot(at, slot(i), hashOf(`${contract} ${i} ${round}`));
};
const both = (a: string, b: string, round: number) => (state: StateOverlay): void => {
  fill(a, 40, round)(state);
  fill(b, 40, round)(state);
};

async function base(): Promise<StateChain> {
  const chain = new StateChain();
  await chain.block(both('a', 'b', 0));
  await chain.block((state) => {
    fill('c', 30, 0)(state);
    for (let i = 0; i < 50; i++) state.putAccount(address(`user ${i}`), {...EMPTY_ACCOUNT, balance: 1n + BigInt(i)});
  });
  return chain;
}

/** What a fork does, block by block. */
const STEPS: readonly ((state: StateOverlay) => void)[] = [
  fill('a', 5, 7),
  (state) => state.putSlot(address('b'), slot(3), hashOf('new')),
  (state) => state.putSlot(address('b'), slot(4), new Uint8Array(0)),
  (state) => state.putSlot(address('c'), slot(99), hashOf('later')),
  (state) => state.deleteAccount(address('user 7')),
];

/** What the chain does between the steps. */
const MOVES: readonly ((state: StateOverlay) => void)[] = [
  fill('b', 40, 1),
  fill('b', 20, 2),
  both('a', 'c', 3),
  (state) => {
    for (let i = 0; i < 50; i++) state.putAccount(address(`user ${i}`), {...EMPTY_ACCOUNT, balance: 1_000n + BigInt(i)});
  },
];

describe('a fork of a past state', () => {
  it.each([1, 2, Number(TRIE_FLUSH_BLOCKS) + 3])('has the roots of a chain of its own while the chain grows %d blocks at a time', async (blocks) => {
    const alone = await base();
    const expected: Hash[] = [];
    for (const step of STEPS) expected.push(await alone.block(step));

    const chain = await base();
    await chain.block(fill('a', 40, 9));
    const fork = chain.state.fork(2n);
    const roots: Hash[] = [];
    for (const [index, step] of STEPS.entries()) {
      const overlay = new StateOverlay(fork);
      step(overlay);
      overlay.endTransaction();
      roots.push(fork.adopt(overlay));
      for (let i = 0; i < blocks; i++) await chain.block(MOVES[(index + i) % MOVES.length]!);
    }
    expect(roots).toEqual(expected);
  });
});
