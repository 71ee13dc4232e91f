/** The development chain without its process: what goes back comes back exactly, and every limit is held. */
import {afterEach, describe, expect, it} from '@jest/globals';
import {verifyMerkleProof} from '@ethereumjs/mpt';
import {RLP} from '@ethereumjs/rlp';
import {systemContracts} from '#protocols/genesis';
import {createExecution, decodeTransaction, encodeUnsigned, hexToBytes, keccak256, signTransaction, type Address, type Execution, type Hash} from '#node/execution';
import {Mempool} from '#node/mempool';
import {memoryStore} from '#node/storage';
import type {KeyValueStore} from '#consensus/engine';
import {DEFAULT_CONSENSUS_PARAMS, type GenesisDoc} from '#proto';
import {Development, DevStore} from '#node/dev';
import {AMENDED_ACCOUNTS_MAX, AMENDED_SLOTS_MAX, IMPERSONATED_MAX, SNAPSHOTS_MAX} from '../../../node/dev/limits.ts';
import {intrinsicGasOf} from '../mempool/intrinsic.ts';

const CHAIN_ID = 72590n;
const GWEI = 10n ** 9n;
const COIN = 10n ** 18n;
const KEYS = [1, 2, 3].map((index) => new Uint8Array(32).fill(index));
const SENDERS = KEYS.map((key) => decodeTransaction(signTransaction({type: 0, chainId: CHAIN_ID, nonce: 0n, gasLimit: 21_000n, maxFeePerGas: 1n}, key)).sender);
const RECIPIENT: Address = `0x${'aa'.repeat(20)}`;
const silent = {debug() {}, info() {}, warn() {}, error() {}};

const genesis: GenesisDoc = {
  genesisTime: {seconds: 1_000n, nanos: 0},
  chainId: 'test-dev',
  initialHeight: 1n,
  consensusParams: {...DEFAULT_CONSENSUS_PARAMS, block: {maxBytes: 1_000_000n, maxGas: -1n}},
  validators: [{address: new Uint8Array(20), publicKey: {type: 'ed25519', bytes: new Uint8Array(32).fill(9)}, power: 1n, name: 'only'}],
  appHash: new Uint8Array(),
  appState: {
    evm: {
      chainId: Number(CHAIN_ID),
      gasLimit: '30000000',
      baseFee: GWEI.toString(),
      alloc: Object.fromEntries(SENDERS.map((address) => [address, {balance: (1_000n * COIN).toString()}])),
    },
  },
};

interface Rig {
  readonly development: Development;
  readonly execution: Execution;
  readonly mempool: Mempool;
  readonly clock: {seconds: bigint};
  send(sender: number, change?: {to?: Address; value?: bigint; nonce?: bigint}): Promise<Hash>;
  close(): Promise<void>;
}

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function start(stores: {chain: KeyValueStore; dev: KeyValueStore} = {chain: memoryStore(), dev: memoryStore()}, seconds = 2_000n): Promise<Rig> {
  const clock = {seconds};
  const execution = await createExecution({db: stores.chain, logger: silent, archive: true, development: true});
  const chain = execution.development!;
  const development = new Development(
    {genesis, accounts: [], blockIntervalMs: 0},
    {execution, chain, store: new DevStore(stores.dev), clock: {now: () => ({seconds: clock.seconds, nanos: 0}), setTimer: () => () => undefined}, logger: silent},
  );
  const mempool = new Mempool(
    {chainId: CHAIN_ID},
    {
      decode: (raw) => development.decode(raw),
      state: () => execution.latest,
      baseFee: () => execution.backend.baseFeeOfNextBlock(),
      blockGasLimit: () => chain.nextGasLimit,
      intrinsicGas: intrinsicGasOf,
      publish: () => undefined,
      clock: {nowMs: () => 0, setTimer: () => () => undefined},
      logger: silent,
    },
  );
  await development.start(mempool);
  await development.begin();
  const pool = development.pool(mempool);
  const rig: Rig = {
    development,
    execution,
    mempool,
    clock,
    send: (sender, {to = RECIPIENT, value = 1n, nonce} = {}) => {
      const fields = {type: 2, chainId: CHAIN_ID, nonce: nonce ?? pool.pendingNonce(SENDERS[sender]!), gasLimit: 21_000n, to, value, maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: GWEI} as const;
      return pool.submit(signTransaction(fields, KEYS[sender]!));
    },
    close: async () => {
      await development.stop();
      mempool.close();
      await execution.close();
    },
  };
  rigs.push(rig);
  return rig;
}

const addressOf = (index: number): Address => `0x${index.toString(16).padStart(40, '0')}`;
const slotOf = (index: number): Hash => `0x${index.toString(16).padStart(64, '0')}`;

/** The head, and what its state root vouches for of these accounts, by a trie of others. */
async function picture({execution}: Rig, addresses: readonly Address[]): Promise<unknown> {
  const {header} = execution.backend.head();
  const accounts = [];
  for (const address of addresses) {
    const proof = await execution.backend.proof(address, [slotOf(0), slotOf(1)], header.number);
    const leaf = await verifyMerkleProof(keccak256(hexToBytes(address)), [...proof.accountProof], {root: hexToBytes(header.stateRoot)} as never);
    const exists = proof.balance > 0n || proof.nonce > 0n || proof.codeHash !== '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470';
    expect(leaf).toEqual(exists ? RLP.encode([proof.nonce, proof.balance, proof.storageHash, proof.codeHash]) : null);
    accounts.push({address, balance: proof.balance, nonce: proof.nonce, code: proof.codeHash, slots: proof.storageProof.map(({value}) => value)});
  }
  return {hash: header.hash, accounts};
}

/** A small generator with a seed: the same moves each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

describe('going back', () => {
  it.each([1, 2, 3, 4])('to any snapshot gives the chain of that moment, in this process and in the next (seed %i)', async (seed) => {
    const stores = {chain: memoryStore(), dev: memoryStore()};
    let rig = await start(stores);
    const roll = dice(seed);
    const addresses = [...SENDERS, ...[1, 2, 3, 4].map((index) => addressOf(0xb000 + index))];
    const taken: {id: bigint; picture: unknown; waiting: number}[] = [];
    for (let step = 0; step < 60; step++) {
      const address = addresses[roll(addresses.length)]!;
      switch (roll(8)) {
        case 0:
        case 1:
          await rig.send(roll(3), {to: address, value: BigInt(roll(1_000))});
          break;
        case 2:
          await rig.development.setAccount(address, {balance: BigInt(roll(100)) * COIN});
          break;
        case 3:
          await rig.development.setAccount(address, {balance: COIN});
          await rig.development.setAccount(address, {stateDiff: new Map([[slotOf(roll(2)), slotOf(roll(3))]])});
          break;
        case 4:
          await rig.development.mine(BigInt(roll(70)), {interval: 3n});
          break;
        case 5:
          await rig.development.setAccount(address, {code: roll(2) === 0 ? new Uint8Array(0) : Uint8Array.of(0x60, roll(256))});
          await rig.development.setAccount(address, {code: new Uint8Array(0), nonce: BigInt(roll(4)) + rig.execution.latest.nonce(address)});
          break;
        case 6:
          taken.push({id: await rig.development.snapshot(), picture: await picture(rig, addresses), waiting: rig.mempool.size().count});
          break;
        case 7: {
          if (roll(2) === 0) {
            await rig.close();
            rig = await start(stores, rig.clock.seconds);
          }
          const index = roll(taken.length);
          const [target] = taken.splice(index);
          if (target === undefined) break;
          expect(await rig.development.revert(target.id)).toBe(true);
          expect(await picture(rig, addresses)).toEqual(target.picture);
          expect(rig.mempool.size().count).toBe(target.waiting);
        }
      }
      rig.clock.seconds += BigInt(roll(5));
    }
    const last = await picture(rig, addresses);
    await rig.close();
    // A start checks the state against the head's root.
    expect(await picture(await start(stores), addresses)).toEqual(last);
    await rigs.at(-1)!.development.reset();
    expect(rigs.at(-1)!.execution.backend.head().header.number).toBe(0n);
    expect(rigs.at(-1)!.execution.latest.balance(SENDERS[0]!)).toBe(1_000n * COIN);
  }, 120_000);
});

describe('time', () => {
  it('follows the clock, its moves, and never runs backwards', async () => {
    const {development, execution, clock} = await start();
    const mined = async (): Promise<bigint> => {
      await development.mine(1n);
      return execution.backend.head().header.timestamp;
    };
    expect(await mined()).toBe(2_000n);
    expect(await development.increaseTime(100n)).toBe(100n);
    expect(await mined()).toBe(2_100n);
    clock.seconds -= 50n;
    expect(await mined()).toBe(2_100n);
    await development.setNextTimestamp(5_000n);
    expect(await mined()).toBe(5_000n);
    clock.seconds += 7n;
    expect(await mined()).toBe(5_007n);
    await development.setTimestampInterval(12n);
    expect([await mined(), await mined()]).toEqual([5_019n, 5_031n]);
    await development.setTimestampInterval(undefined);
    clock.seconds += 100n;
    expect(await mined()).toBe(5_107n);
    await expect(development.setNextTimestamp(5_106n)).rejects.toThrow('timestamp 5106 is lower than that of the latest block, 5107');
  });
});

describe('the pool', () => {
  it('follows what is set by hand', async () => {
    const {development, mempool, send, execution} = await start();
    await development.setAutomine(false);
    await send(0);
    await send(0);
    await development.setAccount(SENDERS[0]!, {nonce: 1n});
    expect(mempool.counts()).toEqual({pending: 1, queued: 0});
    await development.setAccount(SENDERS[0]!, {balance: 0n});
    expect(mempool.counts()).toEqual({pending: 0, queued: 1});
    await development.setAccount(SENDERS[0]!, {balance: COIN});
    await development.setAutomine(true);
    expect(mempool.counts()).toEqual({pending: 0, queued: 0});
    expect(execution.latest.nonce(SENDERS[0]!)).toBe(2n);
  });

  it('lets transactions wait that the next block has no room or no base fee for, and makes no empty blocks over them', async () => {
    const {development, mempool, send, execution} = await start();
    await development.setNextBaseFee(1_000n * GWEI);
    await send(0);
    expect(execution.backend.head().header.number).toBe(0n);
    expect(mempool.counts()).toEqual({pending: 1, queued: 0});
    await development.setBlockGasLimit(20_000n);
    await development.setNextBaseFee(GWEI);
    expect(execution.backend.head().header.number).toBe(0n);
    await development.setBlockGasLimit(21_000n);
    expect(execution.backend.head().header).toMatchObject({number: 1n, gasUsed: 21_000n, gasLimit: 21_000n});
  });

  it('takes a transaction without a signature for impersonated accounts alone, contracts included', async () => {
    const {development, mempool, execution} = await start();
    const contract = systemContracts()[0]!.address;
    await development.setAccount(contract, {balance: COIN, code: Uint8Array.of(0xfe)});
    const tx = {type: 2, chainId: CHAIN_ID, nonce: 0n, gasLimit: 21_000n, to: addressOf(0xb001), value: 5n, maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: 0n} as const;
    const raw = encodeUnsigned(tx, contract);
    const pool = development.pool(mempool);
    await expect(pool.submit(raw)).rejects.toThrow('invalid sender: invalid transaction v, r, s values');
    await expect(development.send(tx, contract, false)).rejects.toThrow('impersonate it first');
    await development.impersonate(contract);
    const hash = await development.send(tx, contract, false);
    expect(execution.backend.head().transactions.map(({hash: included, sender}) => [included, sender])).toEqual([[hash, contract]]);
    // Nobody else's chain takes these bytes, whoever they are said to be from.
    expect(() => decodeTransaction(raw, {chainId: CHAIN_ID})).toThrow('invalid transaction v, r, s values');
    await development.impersonateAll(true);
    expect(await development.stopImpersonating(contract)).toBe(true);
    await development.send({...tx, nonce: 1n}, contract, false);
    await development.impersonateAll(false);
    await expect(development.send({...tx, nonce: 2n}, contract, false)).rejects.toThrow('impersonate it first');
    await development.send({...tx, nonce: 2n}, contract, true);
    expect(execution.latest.balance(addressOf(0xb001))).toBe(15n);
  });
});

describe('limits', () => {
  it('accounts and slots that are set by hand before one block', async () => {
    const {development} = await start();
    const slots = new Map(Array.from({length: AMENDED_SLOTS_MAX}, (_, index) => [slotOf(index), slotOf(1)] as const));
    await development.setAccount(SENDERS[0]!, {stateDiff: slots});
    await expect(development.setAccount(SENDERS[0]!, {stateDiff: new Map([[slotOf(AMENDED_SLOTS_MAX), slotOf(1)]])})).rejects.toThrow('mine one');
    await development.mine(1n);
    await development.setAccount(SENDERS[0]!, {stateDiff: new Map([[slotOf(AMENDED_SLOTS_MAX), slotOf(1)]])});
  });

  it('accounts that are changed before one block', async () => {
    const stores = {chain: memoryStore(), dev: memoryStore()};
    const first = await start(stores);
    await first.development.setAccount(addressOf(1), {balance: 1n});
    const store = new DevStore(stores.dev);
    const settings = store.settings()!;
    const accounts = new Map(Array.from({length: AMENDED_ACCOUNTS_MAX}, (_, index) => [addressOf(index + 1), {balance: 1n}] as const));
    await store.saveSettings({...settings, amendments: {...settings.amendments, accounts}});
    const {development, execution} = await start(stores);
    await development.setAccount(addressOf(1), {balance: 2n});
    await expect(development.setAccount(addressOf(AMENDED_ACCOUNTS_MAX + 1), {balance: 1n})).rejects.toThrow('mine one');
    await development.mine(1n);
    expect(execution.latest.balance(addressOf(AMENDED_ACCOUNTS_MAX))).toBe(1n);
    await development.setAccount(addressOf(AMENDED_ACCOUNTS_MAX + 1), {balance: 1n});
  });

  it('impersonated accounts', async () => {
    const stores = {chain: memoryStore(), dev: memoryStore()};
    const first = await start(stores);
    await first.development.impersonate(addressOf(1));
    const many = Array.from({length: IMPERSONATED_MAX}, (_, index) => addressOf(index + 1));
    const store = new DevStore(stores.dev);
    await store.saveSettings({...store.settings()!, impersonated: many});
    const {development} = await start(stores);
    await development.impersonate(addressOf(1));
    await expect(development.impersonate(addressOf(IMPERSONATED_MAX + 1))).rejects.toThrow(`more than ${IMPERSONATED_MAX} accounts`);
    await development.stopImpersonating(addressOf(1));
    await development.impersonate(addressOf(IMPERSONATED_MAX + 1));
  });

  it('snapshots: the oldest is forgotten, here and on disk', async () => {
    const stores = {chain: memoryStore(), dev: memoryStore()};
    const {development} = await start(stores);
    const first = await development.snapshot();
    for (let count = 1; count <= SNAPSHOTS_MAX; count++) await development.snapshot();
    expect((await new DevStore(stores.dev).snapshots()).length).toBe(SNAPSHOTS_MAX);
    expect(await development.revert(first)).toBe(false);
    expect(await development.revert(first + 1n)).toBe(true);
    expect(await new DevStore(stores.dev).snapshots()).toEqual([]);
  }, 120_000);
});
