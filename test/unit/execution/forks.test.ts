import {beforeAll, describe, expect, it} from '@jest/globals';
import {constantSchedule, decodeRlp, decodeTransaction, encodeRlp, encodeTransaction, forkRules, forkSchedule, hexToBytes, intrinsicGas, signTransaction} from '#node/execution';
import type {Address, Hardfork, Hash, RlpItem, UnsignedTransaction} from '#node/execution';
import {Admission} from '../../../node/execution/admission.ts';
import {blobBaseFee} from '../../../node/execution/block/blob-fee.ts';
import type {BlockEnvironment, ExecutionEngine} from '../../../node/execution/engine.ts';
import {createEthereumjsFactory} from '../../../node/execution/ethereumjs/engine.ts';
import {bigIntToBytes, bytesToBigInt, EMPTY} from '../../../node/execution/hex.ts';
import {processTransaction} from '../../../node/execution/processor.ts';
import type {TransactionOutcome} from '../../../node/execution/processor.ts';
import {SECP256K1_ORDER} from '../../../node/execution/secp256k1.ts';
import {StateOverlay} from '../../../node/execution/state/overlay.ts';
import {EMPTY_ACCOUNT} from '../../../node/execution/state/types.ts';
import {CHAIN_ID, ETHER, GENESIS_TIME, GWEI, newChain, signerOf, transferOf} from './support.ts';

const alice = signerOf(1);
const MINER: Address = `0x${'c0'.repeat(20)}`;
const NOBODY: Address = `0x${'ee'.repeat(20)}`;
const CONTRACT: Address = `0x${'35'.repeat(20)}`;
const SLOT_0: Hash = `0x${'00'.repeat(32)}`;
const BLOB: Hash = `0x01${'ab'.repeat(31)}`;

const engines = new Map<Hardfork, ExecutionEngine>();

beforeAll(async () => {
  for (const hardfork of ['chainstart', 'tangerineWhistle', 'spuriousDragon', 'berlin', 'london', 'shanghai', 'cancun', 'osaka'] as const) {
    engines.set(hardfork, await (await createEthereumjsFactory({chainId: CHAIN_ID, hardfork, precompiles: false, yieldTurn: async () => {}}))());
  }
});

function newState(code?: string): StateOverlay {
  const state = new StateOverlay({account: () => undefined, slot: () => EMPTY, codeOf: () => EMPTY});
  state.putAccount(alice.address, {...EMPTY_ACCOUNT, balance: ETHER});
  if (code !== undefined) {
    state.putAccount(CONTRACT, {...EMPTY_ACCOUNT, nonce: 1n, balance: 5n});
    state.putCode(CONTRACT, hexToBytes(code));
    state.putSlot(CONTRACT, SLOT_0, Uint8Array.of(1));
  }
  state.endTransaction();
  return state;
}

async function run(hardfork: Hardfork, state: StateOverlay, tx: Partial<UnsignedTransaction>): Promise<TransactionOutcome> {
  const rules = forkRules(hardfork);
  const block: BlockEnvironment = {
    number: 1n,
    timestamp: 1n,
    miner: MINER,
    gasLimit: 30_000_000n,
    baseFeePerGas: 0n,
    difficulty: rules.isMerge ? 0n : 1n,
    prevRandao: SLOT_0,
    blobBaseFee: rules.isCancun ? 3n : 0n,
    blockHash: () => SLOT_0,
  };
  const raw = signTransaction({type: 0, chainId: undefined, nonce: 0n, gasLimit: 100_000n, to: CONTRACT, maxFeePerGas: 0n, ...tx}, alice.key);
  return processTransaction(decodeTransaction(raw, {chainId: CHAIN_ID, rules}), {engine: engines.get(hardfork)!, rules, chainId: CHAIN_ID, block, state});
}

describe('a schedule of forks', () => {
  const schedule = forkSchedule([
    {hardfork: 'homestead', block: 0n},
    {hardfork: 'byzantium', block: 9n},
    {hardfork: 'constantinople', block: 9n},
    {hardfork: 'paris', block: 36n},
    {hardfork: 'shanghai', timestamp: 390n},
    {hardfork: 'cancun', timestamp: 420n},
    {hardfork: 'bpo1', timestamp: 510n, blobs: {target: 1n, max: 2n, updateFraction: 3n}},
  ]);

  it('goes by block, then by time', () => {
    const at = (number: bigint, timestamp: bigint): Hardfork => schedule.rulesAt(number, timestamp).hardfork;
    expect([at(0n, 0n), at(8n, 80n), at(9n, 90n), at(36n, 389n), at(37n, 390n), at(40n, 509n), at(50n, 510n)]).toEqual([
      'homestead', 'homestead', 'constantinople', 'paris', 'shanghai', 'cancun', 'bpo1',
    ]);
    expect(schedule.rulesAt(40n, 420n).blobs).toEqual({target: 3n, max: 6n, updateFraction: 3_338_477n});
    expect(schedule.rulesAt(50n, 510n).blobs).toEqual({target: 1n, max: 2n, updateFraction: 3n});
    expect(forkSchedule([]).rulesAt(7n, 7n).hardfork).toBe('chainstart');
    expect(constantSchedule('osaka').rulesAt(0n, 0n)).toMatchObject({isOsaka: true, isMerge: true, transactionTypeMax: 4});
  });

  it('must be in order, each fork at a block or a time', () => {
    expect(() => forkSchedule([{hardfork: 'berlin'}])).toThrow('fork berlin: a block or a time is needed');
    expect(() => forkSchedule([{hardfork: 'berlin', block: 1n, timestamp: 1n}])).toThrow('fork berlin: a block or a time is needed');
    expect(() => forkSchedule([{hardfork: 'london', block: 1n}, {hardfork: 'berlin', block: 2n}])).toThrow('fork berlin stands after london');
    expect(() => forkSchedule([{hardfork: 'berlin', block: 2n}, {hardfork: 'london', block: 1n}])).toThrow('fork london stands after berlin');
    expect(() => forkSchedule([{hardfork: 'shanghai', timestamp: 2n}, {hardfork: 'cancun', block: 3n}])).toThrow('fork cancun stands after shanghai');
  });
});

describe('what a fork says of a signature', () => {
  const base = {type: 0, chainId: undefined, nonce: 0n, gasLimit: 21_000n, to: NOBODY, maxFeePerGas: GWEI} as const;

  it('EIP-2: a high s from Homestead on is none', () => {
    const fields = decodeRlp(signTransaction(base, alice.key)) as RlpItem[];
    const [v, r, s] = fields.slice(6).map((field) => bytesToBigInt(field as Uint8Array));
    const mirrored = encodeTransaction(base, {yParity: v === 27n ? 1 : 0, r: r!, s: SECP256K1_ORDER - s!});
    expect(decodeTransaction(mirrored, {rules: forkRules('chainstart')}).sender).toBe(alice.address);
    expect(() => decodeTransaction(mirrored, {rules: forkRules('homestead')})).toThrow('invalid transaction v, r, s values');
    const zero = encodeRlp([...fields.slice(0, 8), bigIntToBytes(SECP256K1_ORDER)]);
    expect(() => decodeTransaction(zero, {rules: forkRules('chainstart')})).toThrow('invalid transaction v, r, s values');
  });

  it('EIP-155, 2718: chain ids from Spurious Dragon, types from their forks on', () => {
    const decode = (tx: UnsignedTransaction, hardfork: Hardfork): number => decodeTransaction(signTransaction(tx, alice.key), {rules: forkRules(hardfork)}).type;
    expect(() => decode({...base, chainId: 1n}, 'tangerineWhistle')).toThrow('invalid transaction v, r, s values');
    expect(decode({...base, chainId: 1n}, 'spuriousDragon')).toBe(0);
    const forks = [[1, 'istanbul', 'berlin'], [2, 'berlin', 'london'], [3, 'shanghai', 'cancun'], [4, 'cancun', 'prague']] as const;
    for (const [type, before, from] of forks) {
      expect(() => decode({...base, type, chainId: 1n}, before)).toThrow('transaction type not supported');
      expect(decode({...base, type, chainId: 1n}, from)).toBe(type);
    }
  });
});

describe('gas', () => {
  it('before execution: EIP-2, 2028, 3860, 7623', () => {
    const creation = {isCreation: true, data: Uint8Array.of(0, 1), accessList: [], authorizations: 0};
    const gas = (hardfork: Hardfork): readonly bigint[] => Object.values(intrinsicGas(creation, forkRules(hardfork)));
    expect([gas('chainstart'), gas('homestead'), gas('istanbul'), gas('shanghai'), gas('prague')]).toEqual([
      [21_072n, 0n], [53_072n, 0n], [53_020n, 0n], [53_022n, 0n], [53_022n, 21_050n],
    ]);
  });

  it('refunds: half of the gas before London, a fifth from it on', async () => {
    const clears = '0x5f5f55'.replaceAll('5f', '6000');
    // 21,000 + 2 × 3 + 2,100 (cold) + 2,900; the refunds are 15,000 and 4,800.
    expect(await run('berlin', newState(clears), {})).toMatchObject({gasUsedBeforeRefund: 26_006n, gasUsed: 13_003n});
    expect(await run('london', newState(clears), {})).toMatchObject({gasUsedBeforeRefund: 26_006n, gasUsed: 21_206n});
  });

  it('EIP-3651: the miner is warm from Shanghai on', async () => {
    expect((await run('london', newState('0x4131'), {})).gasUsed).toBe(21_000n + 2n + 2_600n);
    expect((await run('shanghai', newState('0x4131'), {})).gasUsed).toBe(21_000n + 2n + 100n);
  });
});

describe('accounts', () => {
  it('EIP-161: empty ones exist before Spurious Dragon, a miner without a fee among them', async () => {
    for (const [hardfork, exists] of [['chainstart', true], ['tangerineWhistle', true], ['spuriousDragon', false]] as const) {
      const state = newState();
      await run(hardfork, state, {to: NOBODY});
      expect([state.account(NOBODY) !== undefined, state.account(MINER) !== undefined]).toEqual([exists, exists]);
    }
  });

  it('EIP-6780: SELFDESTRUCT deletes older contracts before Cancun', async () => {
    const shanghai = newState('0x33ff');
    await run('shanghai', shanghai, {});
    expect([shanghai.account(CONTRACT), shanghai.slot(CONTRACT, SLOT_0)]).toEqual([undefined, EMPTY]);
    const cancun = newState('0x33ff');
    await run('cancun', cancun, {});
    expect([cancun.account(CONTRACT)?.balance, cancun.slot(CONTRACT, SLOT_0)]).toEqual([0n, Uint8Array.of(1)]);
  });

  it('a contract that is gone takes its stored slots along, and is still there in the past', async () => {
    const chain = await newChain(
      {[alice.address]: {balance: ETHER.toString()}, [CONTRACT]: {balance: '0', nonce: '1', code: '0x33ff', storage: {'0x1': '0x2', '0x2': '0x3'}}},
      {chainOptions: {schedule: constantSchedule('shanghai')}},
    );
    await chain.produce([transferOf(alice, 0n, CONTRACT, 0n, {gasLimit: 100_000n})]);
    const slot: Hash = `0x${'00'.repeat(31)}01`;
    expect([chain.latest.nonce(CONTRACT), chain.latest.storage(CONTRACT, slot)]).toEqual([0n, new Uint8Array(32)]);
    const before = await chain.backend.stateAt(0n);
    expect([before.nonce(CONTRACT), before.storage(CONTRACT, slot)[31]]).toEqual([1n, 2]);
    // The root is that of a state which never had the contract.
    const proof = await chain.backend.proof(CONTRACT, [slot], 1n);
    expect([proof.nonce, proof.storageProof[0]!.value, proof.storageProof[0]!.proof]).toEqual([0n, 0n, []]);
    await chain.close();
  });
});

describe('blobs', () => {
  const blobs = {type: 3, chainId: CHAIN_ID, to: NOBODY, maxFeePerGas: GWEI, blobVersionedHashes: [BLOB, BLOB], maxFeePerBlobGas: 3n} as const;

  it('are paid for by gas of their own, which is burnt, and seen by BLOBHASH', async () => {
    const plain = newState();
    await run('cancun', plain, {...blobs, maxPriorityFeePerGas: 0n});
    expect(plain.account(alice.address)!.balance).toBe(ETHER - 2n * 131_072n * 3n);
    expect(plain.account(MINER)).toBeUndefined();
    const state = newState('0x60014960005500');
    await run('cancun', state, {...blobs, to: CONTRACT, maxPriorityFeePerGas: 0n});
    expect(state.slot(CONTRACT, SLOT_0)).toEqual(hexToBytes(BLOB));
    expect(state.account(alice.address)!.balance).toBe(ETHER - 2n * 131_072n * 3n);
  });

  it('are refused: none, too many for the block or the transaction, another version, too small a fee, too little money', async () => {
    const refusal = (hardfork: Hardfork, tx: Partial<UnsignedTransaction>): Promise<unknown> =>
      run(hardfork, newState(), {...blobs, ...tx}).then(() => 'accepted', (error: Error) => error.message);
    expect(await refusal('cancun', {blobVersionedHashes: []})).toBe('blob transaction missing blob hashes');
    expect(await refusal('cancun', {blobVersionedHashes: Array<Hash>(7).fill(BLOB)})).toBe('blob transaction has too many blobs: have 7, max 6');
    expect(await refusal('osaka', {blobVersionedHashes: Array<Hash>(7).fill(BLOB)})).toBe('blob transaction has too many blobs: have 7, max 6');
    expect(await refusal('cancun', {blobVersionedHashes: [BLOB, `0x02${'ab'.repeat(31)}`]})).toBe('blob 1 has invalid hash version');
    expect(await refusal('cancun', {maxFeePerBlobGas: 2n})).toMatch(/^max fee per blob gas less than block blob gas fee: /);
    expect(await refusal('cancun', {maxFeePerBlobGas: ETHER})).toMatch(/^insufficient funds for gas \* price \+ value: /);
  });

  it('cost more the more there were (EIP-4844)', () => {
    const {blobs: parameters} = forkRules('cancun');
    expect([0n, 2_314_057n, 10_000_000n].map((excess) => blobBaseFee(excess, parameters!))).toEqual([1n, 1n, 19n]);
  });

  it('are not of this chain: neither decoded for its pool nor admitted to its blocks', async () => {
    const chain = await newChain({[alice.address]: {balance: ETHER.toString()}});
    const raw = signTransaction({...blobs, nonce: 0n, gasLimit: 21_000n}, alice.key);
    expect(() => chain.decode(raw)).toThrow('transaction type not supported');
    await expect(chain.produce([raw])).rejects.toThrow('the proposal was refused');
    const admission = new Admission({state: newState(), baseFee: 0n, gasLimit: 30_000_000n, rules: constantSchedule('osaka').rulesAt(1n, GENESIS_TIME)});
    expect(admission.add(decodeTransaction(raw))?.code).toBe('type-not-supported');
    await chain.close();
  });
});
