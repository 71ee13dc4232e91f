/** The interpreter against @ethereumjs/evm on programs that a seed makes: same result, gas, refund, logs and state. */
import {beforeAll, describe, expect, it} from '@jest/globals';
import {createEthereumjsFactory} from '../../../node/execution/ethereumjs/engine.ts';
import type {ExecutionEngine, Frame} from '../../../node/execution/engine.ts';
import {bytesToHex, concatBytes, EMPTY, hexToBytes} from '../../../node/execution/hex.ts';
import {keccak256} from '../../../node/execution/keccak.ts';
import {hasReached} from '../../../node/execution/rules.ts';
import type {Hardfork} from '../../../node/execution/rules.ts';
import {StateOverlay} from '../../../node/execution/state/overlay.ts';
import {EMPTY_CODE_HASH, EMPTY_ROOT_HASH} from '../../../node/execution/state/types.ts';
import type {Account} from '../../../node/execution/state/types.ts';
import type {Address, Hash} from '../../../node/execution/types.ts';
import {drawFrom, randomProgram} from '../../support/evm-programs.ts';

const PROGRAMS = Number(process.env['EVM_PROGRAMS'] ?? 120);
const FIRST_SEED = Number(process.env['EVM_SEED'] ?? 1);
const GAS = 3_000_000n;

const CALLER: Address = `0x${'0c'.repeat(20)}`;
const MINER: Address = `0x${'0b'.repeat(20)}`;
const CONTRACTS: readonly Address[] = ['a1', 'a2', 'a3', 'a4'].map((byte): Address => `0x${byte.repeat(20)}`);
const DELEGATED: Address = `0x${'d1'.repeat(20)}`;
/** Is there, and empty: a touch makes it vanish. */
const VACANT: Address = `0x${'e1'.repeat(20)}`;
const MISSING: Address = `0x${'e2'.repeat(20)}`;
const TARGETS = [...CONTRACTS, DELEGATED, VACANT, MISSING, CALLER, MINER];

interface World {
  readonly accounts: ReadonlyMap<Address, Account>;
  readonly codes: ReadonlyMap<Hash, Uint8Array>;
}

function worldOf(seed: number, hasPush0: boolean): World {
  const draw = drawFrom(seed);
  const accounts = new Map<Address, Account>();
  const codes = new Map<Hash, Uint8Array>();
  const put = (address: Address, balance: bigint, code: Uint8Array, storageRoot: Hash): void => {
    const codeHash = code.length === 0 ? EMPTY_CODE_HASH : bytesToHex(keccak256(code));
    codes.set(codeHash, code);
    accounts.set(address, {nonce: code.length === 0 && balance === 0n ? 0n : 1n, balance, codeHash, storageRoot});
  };
  for (const address of CONTRACTS) put(address, 100n, randomProgram(draw, {addresses: TARGETS, snippets: 4 + draw(16), nesting: 1, hasPush0}), `0x${'11'.repeat(32)}`);
  put(DELEGATED, 7n, concatBytes(Uint8Array.of(0xef, 0x01, 0x00), hexToBytes(CONTRACTS[draw(CONTRACTS.length)]!)), EMPTY_ROOT_HASH);
  put(CALLER, 10n ** 18n, EMPTY, EMPTY_ROOT_HASH);
  put(MINER, 3n, EMPTY, EMPTY_ROOT_HASH);
  put(VACANT, 0n, EMPTY, EMPTY_ROOT_HASH);
  return {accounts, codes};
}

function stateOf({accounts, codes}: World): StateOverlay {
  // Slots 1 and 3 hold something from before.
  const slot = (address: Address, key: Hash): Uint8Array => (CONTRACTS.includes(address) && /0[13]$/.test(key) ? Uint8Array.of(7) : EMPTY);
  return new StateOverlay({account: (address) => accounts.get(address), slot, codeOf: (hash) => codes.get(hash)!});
}

const block = {
  number: 300n,
  timestamp: 1_700_000_000n,
  miner: MINER,
  gasLimit: 30_000_000n,
  baseFeePerGas: 7n,
  difficulty: 0n,
  prevRandao: `0x${'5a'.repeat(32)}` as Hash,
  blobBaseFee: 1n,
  blockHash: (number: bigint): Hash => bytesToHex(keccak256(new TextEncoder().encode(`${number}`))),
};

async function enginesOf(hardfork: Hardfork): Promise<{ours: ExecutionEngine; reference: ExecutionEngine}> {
  const options = {chainId: 1n, hardfork, precompiles: true, yieldTurn: async () => {}};
  const [ours, reference] = await Promise.all([createEthereumjsFactory(options), createEthereumjsFactory({...options, isReference: true})]);
  return {ours: await ours(), reference: await reference()};
}

async function seen(engine: ExecutionEngine, world: World, frame: Frame): Promise<unknown> {
  const state = stateOf(world);
  const {destroyed, ...result} = await engine.run(frame, block, state);
  for (const address of destroyed) state.deleteAccount(address);
  state.endTransaction();
  const {accounts, slots, codes, cleared} = state.changes();
  return {
    ...result,
    returnData: bytesToHex(result.returnData),
    logs: result.logs.map(({address, topics, data}) => [address, topics, bytesToHex(data)]),
    destroyed: [...destroyed].sort(),
    accounts: sorted(accounts).map(([address, {after}]) => [address, after]),
    slots: sorted(slots).map(([address, changed]) => [address, sorted(changed).map(([slot, {after}]) => [slot, bytesToHex(after)])]),
    codes: [...codes.keys()].sort(),
    cleared: [...cleared].sort(),
  };
}

function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function frameOf(seed: number, world: World, gas: bigint): Frame {
  const draw = drawFrom(-seed);
  const isCreation = draw(6) === 0;
  const data = isCreation ? world.codes.get(world.accounts.get(CONTRACTS[draw(4)]!)!.codeHash)! : Uint8Array.from({length: draw(80)}, () => draw(256));
  const to = isCreation ? undefined : draw(12) === 0 ? (`0x${'00'.repeat(19)}0${1 + draw(9)}` as Address) : TARGETS[draw(TARGETS.length)]!;
  const warmAddresses = [CALLER, MINER, ...(to === undefined ? [] : [to])];
  const warmSlots = draw(2) === 0 ? [] : [{address: CONTRACTS[0]!, slot: `0x${'00'.repeat(31)}01` as Hash}];
  return {caller: CALLER, to, value: BigInt(draw(3)), data, gas, gasPrice: 9n, warmAddresses, warmSlots, blobVersionedHashes: [`0x01${'77'.repeat(31)}`]};
}

const FORKS: readonly Hardfork[] = ['osaka', 'prague', 'cancun', 'shanghai', 'london', 'berlin'];

describe.each(FORKS)('the interpreter under %s', (hardfork) => {
  let engines: {ours: ExecutionEngine; reference: ExecutionEngine};
  beforeAll(async () => {
    engines = await enginesOf(hardfork);
  });
  const programs = hardfork === 'osaka' ? PROGRAMS : Math.ceil(PROGRAMS / 8);

  it(`does what @ethereumjs/evm does in ${programs} worlds of programs, with plenty of gas and with too little`, async () => {
    const statuses = new Map<string, number>();
    for (let seed = FIRST_SEED; seed < FIRST_SEED + programs; seed++) {
      const world = worldOf(seed, hasReached(hardfork, 'shanghai'));
      const whole = (await seen(engines.reference, world, frameOf(seed, world, GAS))) as {status: string; gasUsed: bigint};
      statuses.set(whole.status, (statuses.get(whole.status) ?? 0) + 1);
      expect({seed, ...((await seen(engines.ours, world, frameOf(seed, world, GAS))) as object)}).toEqual({seed, ...whole});
      const scarce = (whole.gasUsed * BigInt(1 + (seed % 97))) / 97n;
      expect({seed, scarce, ...((await seen(engines.ours, world, frameOf(seed, world, scarce))) as object)}).toEqual({
        seed,
        scarce,
        ...((await seen(engines.reference, world, frameOf(seed, world, scarce))) as object),
      });
    }
    for (const status of ['success', 'failure']) expect(statuses.get(status) ?? 0).toBeGreaterThan(programs / 10);
  });

  it('runs init code that begins with 0xEF00, which fails at once and takes its gas (EIP-3541)', async () => {
    // MSTORE8(0, 0xef); CREATE(0, 0, 2), CREATE2(0, 0, 2, 0); the nonce of the creator moves by two.
    const code = hexToBytes('0x60ef600053600260006000f050600060026000' + '6000f55000');
    const codeHash = bytesToHex(keccak256(code));
    const account = {nonce: 1n, balance: 0n, codeHash, storageRoot: EMPTY_ROOT_HASH};
    const caller = {...account, balance: 10n ** 18n, codeHash: EMPTY_CODE_HASH};
    const world: World = {accounts: new Map([[CONTRACTS[0]!, account], [CALLER, caller]]), codes: new Map([[codeHash, code]])};
    const frame: Frame = {caller: CALLER, to: CONTRACTS[0]!, value: 0n, data: EMPTY, gas: 16_000_000n, gasPrice: 9n, warmAddresses: [CALLER, CONTRACTS[0]!], warmSlots: [], blobVersionedHashes: []};
    const ours = (await seen(engines.ours, world, frame)) as {gasUsed: bigint; accounts: [Address, Account][]};
    expect(ours).toEqual(await seen(engines.reference, world, frame));
    expect(ours.gasUsed).toBeGreaterThan(15_900_000n);
    expect(ours.accounts).toEqual([[CONTRACTS[0], {...account, nonce: 3n}]]);
  });
});
