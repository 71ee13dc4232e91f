/** The application one block back: as if the block had never been. */
import {describe, expect, it} from '@jest/globals';
import {applicationHeight, bytesToHex, rollBackApplication} from '#node/execution';
import {memoryStore} from '#node/storage';
import {bytes, cometHashOf, deployerOf, ETHER, newChain, openChain, signerOf, transferOf} from './support.ts';

const alice = signerOf(1);
const bob = signerOf(2);
const funded = {[alice.address]: {balance: (1000n * ETHER).toString()}, [bob.address]: {balance: (1000n * ETHER).toString()}};
/** sstore(calldataload(0), calldataload(32)); log0(0, 32) */
const STORE = `602035600035${'55'}60206000a000`;

describe('rollBackApplication', () => {
  // 1: the trie is written with every block, so its nodes have to go back too. 256: they are behind the block.
  it.each([1n, 256n])('undoes accounts, storage, code, receipts and indexes (history of %s blocks)', async (historyBlocks) => {
    const db = memoryStore();
    const chain = await newChain(funded, {db, historyBlocks});
    await chain.produce([transferOf(alice, 0n, bob.address, 0n, {to: undefined, data: deployerOf(STORE), gasLimit: 300_000n})]);
    const contract = (await chain.backend.receipts(1n))![0]!.contractAddress!;
    const put = (slot: number, value: number): Uint8Array => bytes(slot.toString(16).padStart(64, '0') + value.toString(16).padStart(64, '0'));
    await chain.produce([transferOf(alice, 1n, contract, 0n, {data: put(1, 7), gasLimit: 200_000n})]);
    const before = {hash: (await chain.app.info()).lastBlockAppHash, alice: chain.latest.balance(alice.address)};
    const carol = signerOf(3).address;
    const third = [
      transferOf(alice, 2n, contract, 0n, {data: put(1, 0), gasLimit: 200_000n}),
      transferOf(alice, 3n, contract, 0n, {data: put(2, 9), gasLimit: 200_000n}),
      transferOf(bob, 0n, carol, 5n),
    ];
    await chain.produce(third);
    const after = (await chain.app.info()).lastBlockAppHash;
    const lost = (await chain.backend.receipts(3n))!.map(({transactionHash}) => transactionHash);
    await chain.close();

    expect(await rollBackApplication(db)).toBe(2n);
    expect(await applicationHeight(db)).toBe(2n);
    const again = await openChain(db, {historyBlocks});
    expect(await again.app.info()).toMatchObject({lastBlockHeight: 2n, lastBlockAppHash: before.hash});
    expect(again.latest.balance(alice.address)).toBe(before.alice);
    expect(again.latest.balance(carol)).toBe(0n);
    expect(again.latest.storage(contract, `0x${'1'.padStart(64, '0')}`)).toEqual(bytes('7'.padStart(64, '0')));
    expect(again.backend.head().header.number).toBe(2n);
    expect(bytesToHex(again.backend.head().header.extraData)).toBe(bytesToHex(cometHashOf(2n)));
    for (const hash of lost) expect(await again.backend.transactionLocation(hash)).toBeUndefined();
    // The same block gives the same hash; the trie's nodes are those of block 2.
    await again.produce(third);
    expect((await again.app.info()).lastBlockAppHash).toEqual(after);
    await again.close();
  });

  it('goes back block by block to genesis, across the writes of the trie, and no further', async () => {
    const db = memoryStore();
    const chain = await newChain(funded, {db});
    const hashes = [(await chain.app.info()).lastBlockAppHash];
    for (let height = 1n; height <= 70n; height++) {
      await chain.produce([transferOf(alice, height - 1n, bob.address, height)]);
      hashes.push((await chain.app.info()).lastBlockAppHash);
    }
    await chain.close();
    for (let height = 69; height >= 0; height--) {
      expect(await rollBackApplication(db)).toBe(BigInt(height));
      if (height % 10 > 0 && height < 60) continue;
      const again = await openChain(db);
      expect((await again.app.info()).lastBlockAppHash).toEqual(hashes[height]);
      await again.close();
    }
    await expect(rollBackApplication(db)).rejects.toThrow('no block before 0');
  });

  it('says so when what the block changed is not stored, and has written nothing', async () => {
    const db = memoryStore();
    const chain = await newChain(funded, {db, historyBlocks: 1n});
    await chain.produce([transferOf(alice, 0n, bob.address, 1n)]);
    await chain.close();
    const diffs: Uint8Array[] = [];
    for await (const [key] of db.range(Uint8Array.of(0x20), Uint8Array.of(0x21), {reverse: true, limit: 1})) diffs.push(key);
    await db.write(diffs.map((key) => ({type: 'del', key})), {sync: true});
    await expect(rollBackApplication(db)).rejects.toThrow('is not stored any more');
    expect(await applicationHeight(db)).toBe(1n);
  });

  it('leaves a new database without a height', async () => {
    expect(await applicationHeight(memoryStore())).toBeUndefined();
  });
});
