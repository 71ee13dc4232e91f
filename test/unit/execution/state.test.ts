import {describe, expect, it} from '@jest/globals';
import {createMPT, verifyMerkleProof} from '@ethereumjs/mpt';
import {RLP} from '@ethereumjs/rlp';
import type {KeyValueOp, KeyValueStore} from '#consensus/engine';
import {ChainError, hexToBytes, keccak256} from '#node/execution';
import type {Address, Hash} from '#node/execution';
import {memoryStore} from '#node/storage';
import {PROOF_REWIND_ENTRIES_MAX} from '../../../node/execution/limits.ts';
import {bytes, deployerOf, ETHER, newChain, openChain, signerOf, transferOf} from './support.ts';

const alice = signerOf(1);
const bob = signerOf(2);
const carol: Address = `0x${'cc'.repeat(20)}`;
const funded = {[alice.address]: {balance: (1000n * ETHER).toString()}, [bob.address]: {balance: (1000n * ETHER).toString()}};
/** sstore(calldata[0], calldata[32]). */
const STORE = '602035600035550000';
const contract: Address = `0x${'5e'.repeat(20)}`;
const withContract = {...funded, [contract]: {balance: '0', nonce: '1', code: `0x${STORE}` as const, storage: {'0x1': '0x11', '0x2': '0x22'}}};

function word(value: number): string {
  return value.toString(16).padStart(64, '0');
}
function slotOf(index: number): Hash {
  return `0x${word(index)}`;
}
function store(nonce: bigint, slot: number, value: number): Uint8Array {
  return transferOf(alice, nonce, contract, 0n, {data: bytes(word(slot) + word(value)), gasLimit: 60_000n});
}

/** A store whose next write fails half way: nothing, or everything, must have happened. */
function flaky(inner: KeyValueStore): KeyValueStore & {failNext: 'before' | 'after' | undefined} {
  const wrapped: KeyValueStore & {failNext: 'before' | 'after' | undefined} = {
    failNext: undefined,
    get: (key) => inner.get(key),
    range: (gte, lt, options) => inner.range(gte, lt, options),
    close: () => inner.close(),
    async write(ops: readonly KeyValueOp[], options) {
      const mode = wrapped.failNext;
      wrapped.failNext = undefined;
      if (mode === 'before') throw new Error('power cut before the write');
      await inner.write(ops, options);
      if (mode === 'after') throw new Error('power cut after the write');
    },
  };
  return wrapped;
}

describe('state history', () => {
  it('answers for every block of the window, and stays the same while the chain moves on', async () => {
    const chain = await newChain(withContract, {historyBlocks: 8n});
    const held = await chain.backend.stateAt(0n);
    for (let i = 0; i < 12; i++) await chain.produce([store(BigInt(i), 1, i + 1), transferOf(bob, BigInt(i), carol, 1n)]);
    expect(() => held.balance(carol)).toThrow(ChainError);
    for (let number = 4; number <= 12; number++) {
      const state = await chain.backend.stateAt(BigInt(number));
      expect(state.balance(carol)).toBe(BigInt(number));
      expect(state.nonce(bob.address)).toBe(BigInt(number));
      expect(state.storage(contract, slotOf(1))).toEqual(bytes(word(number)));
      expect(state.storage(contract, slotOf(2))).toEqual(bytes(word(0x22)));
    }
    const eighth = await chain.backend.stateAt(8n);
    await chain.produce([store(12n, 1, 99)]);
    expect(eighth.storage(contract, slotOf(1))).toEqual(bytes(word(8)));
    await expect(chain.backend.stateAt(3n)).rejects.toMatchObject({code: 'state-unavailable'});
    await expect(chain.backend.stateAt(99n)).rejects.toMatchObject({code: 'state-unavailable', message: 'header not found'});
  });

  it('keeps everything in an archive', async () => {
    const chain = await newChain(withContract, {archive: true});
    for (let i = 0; i < 20; i++) await chain.produce([transferOf(bob, BigInt(i), carol, 1n)]);
    expect((await chain.backend.stateAt(0n)).balance(carol)).toBe(0n);
    expect((await chain.backend.stateAt(7n)).balance(carol)).toBe(7n);
  });

  it('has the state root of a naive trie over all accounts', async () => {
    const chain = await newChain(withContract);
    await chain.produce([store(0n, 1, 0), store(1n, 3, 0x33), transferOf(bob, 0n, carol, 5n)]);
    const storage = await createMPT({useKeyHashing: true});
    for (const [slot, value] of [[2, 0x22], [3, 0x33]]) await storage.put(hexToBytes(slotOf(slot!)), RLP.encode(value!));
    const proof = await chain.backend.proof(contract, [], 1n);
    expect(hexToBytes(proof.storageHash)).toEqual(storage.root());
    const accounts = await createMPT({useKeyHashing: true});
    const system: Address[] = ['0x0000f90827f1c53a10cb7a02335b175320002935', '0x000f3df6d732807ef1319fb7b8bb8522d0beac02'];
    for (const address of [alice.address, bob.address, carol, contract, `0x${'aa'.repeat(20)}` as Address, ...system]) {
      const {nonce, balance, storageHash, codeHash} = await chain.backend.proof(address, [], 1n);
      await accounts.put(hexToBytes(address), RLP.encode([nonce, balance, storageHash, codeHash]));
    }
    expect(chain.backend.head().header.stateRoot).toBe(`0x${Buffer.from(accounts.root()).toString('hex')}`);
  });
});

describe('proofs', () => {
  it('verify against the state root of their block, present and past, for what is there and what is not', async () => {
    const chain = await newChain(withContract);
    for (let i = 0; i < 5; i++) await chain.produce([store(BigInt(i), i, 100 + i), transferOf(bob, BigInt(i), carol, 1n)]);
    for (const number of [0n, 2n, 5n]) {
      const header = (await chain.backend.blockByNumber(number))!.header;
      const state = await chain.backend.stateAt(number);
      for (const address of [contract, carol, `0x${'77'.repeat(20)}` as Address]) {
        const proof = await chain.backend.proof(address, [slotOf(1), slotOf(4), slotOf(9)], number);
        const account = await verifyMerkleProof(keccak256(hexToBytes(address)), proof.accountProof as Uint8Array[], {root: hexToBytes(header.stateRoot)} as never);
        if (proof.nonce === 0n && proof.balance === 0n) {
          expect(account).toBeNull();
        } else {
          expect(account).toEqual(RLP.encode([proof.nonce, proof.balance, proof.storageHash, proof.codeHash]));
        }
        expect(proof.balance).toBe(state.balance(address));
        if (address !== contract) continue;
        for (const {key, value, proof: nodes} of proof.storageProof) {
          const found = await verifyMerkleProof(keccak256(hexToBytes(key)), nodes as Uint8Array[], {root: hexToBytes(proof.storageHash)} as never);
          expect(found).toEqual(value === 0n ? null : RLP.encode(value));
          expect(value).toBe(BigInt(`0x${Buffer.from(state.storage(address, key)).toString('hex')}`));
        }
      }
    }
  });
});

describe('proofs of a busy past', () => {
  it('are refused beyond a bound, since they are made in one go; newer ones are not', async () => {
    const filler: Address = `0x${'0f'.repeat(20)}`;
    // for (i = 700; i > 0; i--) sstore(calldata[0] + i, 1)
    const chain = await newChain({...withContract, [filler]: {balance: '0', nonce: '1', code: '0x5f356102bc5b81810160019055600190038060055700'}});
    const blocks = Math.ceil(PROOF_REWIND_ENTRIES_MAX / 2_100) + 1;
    for (let block = 0; block < blocks; block++) {
      const fill = (i: number): Uint8Array =>
        transferOf(bob, BigInt(block * 3 + i), filler, 0n, {gasLimit: 16_777_216n, data: hexToBytes(slotOf(1_000 * (block * 3 + i)))});
      await chain.produce([fill(0), fill(1), fill(2)]);
    }
    expect(chain.latest.storage(filler, slotOf(1_700))).toEqual(hexToBytes(slotOf(1)));
    await expect(chain.backend.proof(filler, [], 0n)).rejects.toMatchObject({
      code: 'limit-exceeded',
      message: 'too much has changed since block 0; ask for a newer block',
    });
    expect((await chain.backend.proof(filler, [slotOf(1)], BigInt(blocks) - 1n)).storageProof[0]!.value).toBe(1n);
  });
});

describe('crash', () => {
  it('comes back at the block whose batch was written, and executes the lost one to the same result', async () => {
    for (const mode of ['before', 'after'] as const) {
      const reference = await newChain(withContract);
      const inner = memoryStore();
      const db = flaky(inner);
      const first = await newChain(withContract, {db});
      const blocks = Array.from({length: 6}, (_, i) => [store(BigInt(i), i % 3, i), transferOf(bob, BigInt(i), carol, 1n)]);
      for (const txs of blocks) await reference.produce(txs);
      for (const txs of blocks.slice(0, 4)) await first.produce(txs);
      db.failNext = mode;
      await expect(first.produce(blocks[4]!)).rejects.toThrow('power cut');
      const again = await openChain(inner);
      const {lastBlockHeight} = await again.app.info();
      expect(lastBlockHeight).toBe(mode === 'before' ? 4n : 5n);
      for (const txs of blocks.slice(Number(lastBlockHeight))) await again.produce(txs);
      expect(again.backend.head()).toEqual(reference.backend.head());
      expect((await again.app.info()).lastBlockAppHash).toEqual((await reference.app.info()).lastBlockAppHash);
      expect((await again.backend.receipts(5n))!.map(({gasUsed}) => gasUsed)).toEqual((await reference.backend.receipts(5n))!.map(({gasUsed}) => gasUsed));
    }
  });

  it('goes on after many blocks and restarts with the same roots as without', async () => {
    const reference = await newChain(withContract);
    const db = memoryStore();
    let chain = await newChain(withContract, {db});
    for (let i = 0; i < 150; i++) {
      const txs = [store(BigInt(i), i % 17, i % 5), transferOf(bob, BigInt(i), `0x${(i % 40).toString(16).padStart(40, 'd')}`, 1n)];
      await reference.produce(txs);
      await chain.produce(txs);
      if (i % 23 === 22) chain = await openChain(db);
      expect(chain.backend.head().header.stateRoot).toBe(reference.backend.head().header.stateRoot);
    }
    const proof = await chain.backend.proof(contract, [slotOf(3)], 30n);
    const expected = await reference.backend.proof(contract, [slotOf(3)], 30n);
    expect(proof).toEqual(expected);
  });

  it('refuses a database whose tables do not give the root of its head block', async () => {
    const db = memoryStore();
    const chain = await newChain(withContract, {db});
    await chain.produce([transferOf(bob, 0n, carol, 1n)]);
    const key = new Uint8Array([0x10, ...hexToBytes(carol)]);
    await db.write([{type: 'put', key, value: RLP.encode([0, 2, '0x', '0x'])}], {sync: true});
    await expect(openChain(db)).rejects.toThrow('damaged');
  });
});

describe('contracts made and destroyed', () => {
  it('disappear with their storage when both happen in one transaction (EIP-6780)', async () => {
    const chain = await newChain(funded);
    // Init code: sstore(1, 1), selfdestruct(caller).
    const creation = transferOf(alice, 0n, carol, 3n, {to: undefined, data: bytes('600160015533ff'), gasLimit: 200_000n});
    await chain.produce([creation]);
    const [receipt] = (await chain.backend.receipts(1n))!;
    expect(receipt!.status).toBe(1);
    const created = receipt!.contractAddress!;
    const proof = await chain.backend.proof(created, [slotOf(1)], 1n);
    expect([proof.balance, proof.nonce, proof.storageProof[0]!.value]).toEqual([0n, 0n, 0n]);
    // A contract of an earlier transaction only loses its balance.
    await chain.produce([transferOf(alice, 1n, carol, 3n, {to: undefined, data: deployerOf('33ff'), gasLimit: 200_000n})]);
    const survivor = (await chain.backend.receipts(2n))![0]!.contractAddress!;
    expect(chain.latest.balance(survivor)).toBe(3n);
    await chain.produce([transferOf(alice, 2n, survivor, 0n, {gasLimit: 100_000n})]);
    expect(chain.latest.balance(survivor)).toBe(0n);
    expect(chain.latest.code(survivor)).toEqual(bytes('33ff'));
  });
});
