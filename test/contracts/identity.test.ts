import {afterEach, beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {keccak256, parseEther, stringToHex, toHex} from 'viem';
import {identityAbi} from '#protocols/abi';
import type {EvmChain} from '../support/evm-chain.ts';
import {alice, bob, bonds, carol, dave, eventsOf, identity, mallory, newChain, oracle, refusalOf, treasury} from './world.ts';
import type {Hex} from './world.ts';

const NOBODY: Hex = `0x${'00'.repeat(20)}`;
const GOVERNANCE: Hex = '0x0000000000000000000000000000000000001005';
const AGENT = 2;
const id = 1n;
const bytes32 = (i: number): Hex => toHex(i, {size: 32});
let chain: EvmChain;
let restore: () => Promise<void>;

beforeAll(async () => {
  chain = await newChain();
  await chain.write(alice, identity, 'create', [AGENT]);
});
beforeEach(async () => {
  restore = await chain.snapshot();
});
afterEach(() => restore());

describe('an identity', () => {
  it('belongs to one account each, and is its controllers\' to change', async () => {
    expect(await refusalOf(chain.write(alice, identity, 'create', [0]))).toBe('AccountTaken');
    expect(await chain.read(identity, 'identityOf', [alice])).toBe(id);
    for (const [name, args] of [
      ['addController', [id, mallory]], ['removeController', [id, alice]], ['proposeAccount', [id, mallory]],
      ['unlinkAccount', [id, alice]], ['setDelegate', [id, mallory, bytes32(1), 0n]], ['releaseName', [id]],
      ['setService', [id, bytes32(1), 'x']], ['setCard', [id, 'x', bytes32(1)]], ['claimName', [id, 'mallory']],
    ] as const) {
      expect([name, await refusalOf(chain.write(mallory, identity, name, args as never))]).toEqual([name, 'NotController']);
    }
    expect(await refusalOf(chain.write(alice, identity, 'setCard', [9n, 'x', bytes32(1)]))).toBe('UnknownIdentity');
  });

  it('keeps a controller, at most sixteen', async () => {
    expect(await refusalOf(chain.write(alice, identity, 'removeController', [id, alice]))).toBe('LastController');
    expect(await refusalOf(chain.write(alice, identity, 'addController', [id, alice]))).toBe('AlreadyController');
    expect(await refusalOf(chain.write(alice, identity, 'addController', [id, NOBODY]))).toBe('InvalidAccount');
    for (let i = 1; i < 16; i++) await chain.write(alice, identity, 'addController', [id, toHex(i, {size: 20})]);
    expect(await refusalOf(chain.write(alice, identity, 'addController', [id, bob]))).toBe('TooManyControllers');
    await chain.write(alice, identity, 'removeController', [id, toHex(1, {size: 20})]);
    await chain.write(alice, identity, 'addController', [id, bob]);
    await chain.write(bob, identity, 'removeController', [id, alice]);
    expect(await chain.read(identity, 'isController', [id, alice])).toBe(false);
  });

  it('links accounts that agree, and lets them go', async () => {
    expect(await refusalOf(chain.write(bob, identity, 'acceptAccount', [id]))).toBe('AccountNotProposed');
    await chain.write(alice, identity, 'proposeAccount', [id, bob]);
    await chain.write(bob, identity, 'acceptAccount', [id]);
    expect(await chain.read(identity, 'identityOf', [bob])).toBe(id);
    expect(await refusalOf(chain.write(alice, identity, 'proposeAccount', [id, bob]))).toBe('AccountTaken');
    await chain.write(bob, identity, 'unlinkAccount', [id, bob]);
    expect(await refusalOf(chain.write(bob, identity, 'unlinkAccount', [id, bob]))).toBe('NotLinked');
    expect(await refusalOf(chain.write(bob, identity, 'acceptAccount', [id]))).toBe('AccountNotProposed');
    await chain.write(bob, identity, 'create', [0]);
    expect(await chain.read(identity, 'identityOf', [bob])).toBe(2n);
  });

  it('has delegates for a purpose and a time', async () => {
    const until = chain.timestamp + 100n;
    expect(await refusalOf(chain.write(alice, identity, 'setDelegate', [id, bob, bytes32(7), chain.timestamp]))).toBe('InvalidExpiry');
    await chain.write(alice, identity, 'setDelegate', [id, bob, bytes32(7), until]);
    expect(await chain.read(identity, 'isDelegate', [id, bob, bytes32(7)])).toBe(true);
    expect(await chain.read(identity, 'isDelegate', [id, bob, bytes32(8)])).toBe(false);
    chain.increaseTime(100n);
    expect(await chain.read(identity, 'isDelegate', [id, bob, bytes32(7)])).toBe(false);
  });

  it('takes a free name for a fee', async () => {
    const fee = parseEther('1');
    expect(await refusalOf(chain.write(alice, identity, 'claimName', [id, 'aquifer'], {value: fee - 1n}))).toBe('WrongFee');
    for (const name of ['ab', 'Aquifer', 'a_b', '-abc', 'abc-', 'a--b', 'x'.repeat(33), 'naïve', 'a b']) {
      expect([name, await refusalOf(chain.write(alice, identity, 'claimName', [id, name], {value: fee}))]).toEqual([name, 'InvalidName']);
    }
    await chain.write(alice, identity, 'claimName', [id, 'aquifer-7'], {value: fee});
    expect(await chain.balance(treasury.address)).toBe(fee);
    expect(await refusalOf(chain.write(alice, identity, 'claimName', [id, 'other'], {value: fee}))).toBe('HasName');
    await chain.write(bob, identity, 'create', [1]);
    expect(await refusalOf(chain.write(bob, identity, 'claimName', [2n, 'aquifer-7'], {value: fee}))).toBe('NameTaken');
    await chain.write(alice, identity, 'releaseName', [id]);
    expect(await refusalOf(chain.write(alice, identity, 'releaseName', [id]))).toBe('NoName');
    expect(await refusalOf(chain.write(mallory, identity, 'setNameFee', [0n]))).toBe('OnlyGovernance');
    expect(await refusalOf(chain.write(GOVERNANCE, identity, 'setNameFee', [parseEther('10001')]))).toBe('FeeTooHigh');
    await chain.write(GOVERNANCE, identity, 'setNameFee', [0n]);
    await chain.write(bob, identity, 'claimName', [2n, 'aquifer-7']);
    expect(await chain.read(identity, 'identityOfName', ['aquifer-7'])).toBe(2n);
  });

  it('says where its services and its card are', async () => {
    await chain.write(alice, identity, 'setService', [id, bytes32(1), 'https://example.org/mcp']);
    await chain.write(alice, identity, 'setCard', [id, 'ipfs://card', bytes32(2)]);
    expect(await chain.read(identity, 'serviceOf', [id, bytes32(1)])).toBe('https://example.org/mcp');
    expect(await chain.read(identity, 'getProfile', [id])).toMatchObject({kind: AGENT, cardUri: 'ipfs://card', cardHash: bytes32(2)});
    expect(await refusalOf(chain.write(alice, identity, 'setService', [id, bytes32(1), 'x'.repeat(257)]))).toBe('TextTooLong');
  });

  it('is attested by others, until they revoke or it expires', async () => {
    const question = [id, bob, bytes32(3)] as const;
    expect(await refusalOf(chain.read(identity, 'attestationOf', question))).toBe('NoAttestation');
    expect(await refusalOf(chain.write(bob, identity, 'revokeAttestation', [id, bytes32(3)]))).toBe('NoAttestation');
    await chain.write(bob, identity, 'attest', [id, bytes32(3), bytes32(4), 0n]);
    expect(await chain.read(identity, 'isAttested', question)).toBe(true);
    await chain.write(bob, identity, 'revokeAttestation', [id, bytes32(3)]);
    expect(await chain.read(identity, 'isAttested', question)).toBe(false);
    await chain.write(bob, identity, 'attest', [id, bytes32(3), bytes32(5), chain.timestamp + 5n]);
    expect(await chain.read(identity, 'isAttested', question)).toBe(true);
    chain.increaseTime(5n);
    expect(await chain.read(identity, 'isAttested', question)).toBe(false);
  });
});

describe('a reputation', () => {
  /** Work as the oracle reports it; the reporter is an address that genesis knows. */
  let works = 0;
  async function work(client: Hex, paid: bigint, provider: Hex = alice): Promise<Hex> {
    works += 1;
    await chain.write(oracle.address, identity, 'recordWork', [bytes32(works), provider, client, paid]);
    return chain.read(identity, 'workKeyOf', [oracle.address, bytes32(works)]);
  }
  const score = async () => (await chain.read(identity, 'reputationOf', [id])).score;
  const bond = (account: Hex, amount: string) => chain.write(account, bonds, 'bond', [], {value: parseEther(amount)});

  it('moves by a client\'s rating of paid work, as much as was paid and staked', async () => {
    expect(await score()).toBe(5_000n);
    const key = await work(bob, parseEther('100'));
    await bond(bob, '300');
    expect(await score()).toBe(5_000n);
    const [up] = await chain.read(identity, 'costOfPoint', [id]);
    const receipt = await chain.write(bob, identity, 'rate', [key, 10_000]);
    expect(eventsOf(receipt, identityAbi, 'WorkRated')[0]?.args.weight).toBe(parseEther('100'));
    expect(await score()).toBe(7_500n);
    expect(up > parseEther('2') && up < parseEther('2.1')).toBe(true);
    expect(await refusalOf(chain.write(bob, identity, 'rate', [key, 0]))).toBe('AlreadyRated');
    const low = await work(carol, parseEther('100'));
    await bond(carol, '50');
    await chain.write(carol, identity, 'rate', [low, 0]);
    expect(await score()).toBe((5_000n * 100n + 10_000n * 100n) / 250n);
  });

  it('shows what a point costs: paying that moves it by a point', async () => {
    await bond(bob, '1000');
    for (const [direction, rating] of [[0, 10_000], [1, 0]] as const) {
      const before = await score();
      const cost = (await chain.read(identity, 'costOfPoint', [id]))[direction];
      await chain.write(bob, identity, 'rate', [await work(bob, cost + 1n), rating]);
      const moved = (await score()) - before;
      expect(direction === 0 ? moved : -moved).toBeGreaterThanOrEqual(99n);
      expect(direction === 0 ? moved : -moved).toBeLessThanOrEqual(101n);
    }
  });

  it('is not moved by those who did not pay, rate again, late or out of range', async () => {
    const key = await work(bob, 5n);
    expect(await refusalOf(chain.write(mallory, identity, 'rate', [key, 0]))).toBe('NotClient');
    expect(await refusalOf(chain.write(mallory, identity, 'rate', [bytes32(99), 0]))).toBe('UnknownWork');
    expect(await refusalOf(chain.write(bob, identity, 'rate', [key, 10_001]))).toBe('InvalidRating');
    expect(await refusalOf(chain.write(mallory, identity, 'recordWork', [bytes32(1), alice, mallory, 1n]))).toBe('NotReporter');
    chain.increaseTime(30n * 86_400n + 1n);
    expect(await refusalOf(chain.write(bob, identity, 'rate', [key, 0]))).toBe('RatingClosed');
    expect(await score()).toBe(5_000n);
  });

  it('counts no work for itself, for nobody or for nothing', async () => {
    await chain.write(alice, identity, 'proposeAccount', [id, dave]);
    await chain.write(dave, identity, 'acceptAccount', [id]);
    await work(alice, 5n);
    await work(dave, 5n);
    await work(bob, 0n);
    await work(bob, 5n, mallory);
    expect(await chain.read(identity, 'reputationOf', [id])).toMatchObject({workCount: 0n, paid: 0n});
  });

  it('takes back work that turned out badly, with its rating', async () => {
    await bond(bob, '300');
    const key = await work(bob, parseEther('100'));
    await chain.write(bob, identity, 'rate', [key, 10_000]);
    expect(await refusalOf(chain.write(mallory, identity, 'voidWork', [bytes32(works)]))).toBe('UnknownWork');
    await chain.write(oracle.address, identity, 'voidWork', [bytes32(works)]);
    expect(await score()).toBe(5_000n);
    expect(await refusalOf(chain.write(oracle.address, identity, 'voidWork', [bytes32(works)]))).toBe('WorkIsVoid');
    const open = await work(bob, 5n);
    await chain.write(oracle.address, identity, 'voidWork', [bytes32(works)]);
    expect(await refusalOf(chain.write(bob, identity, 'rate', [open, 0]))).toBe('WorkIsVoid');
  });

  it('is moved by nothing by a thousand fresh accounts, unless they pay and have something at stake', async () => {
    const paid = await work(bob, parseEther('1'));
    const before = await chain.read(identity, 'reputationOf', [id]);
    for (let i = 0; i < 1_000; i++) {
      const account = keccak256(stringToHex(`fresh ${i}`)).slice(0, 42) as Hex;
      // Without a bond even a client weighs nothing; the others are no clients at all.
      const key = i % 100 === 0 ? await work(account, parseEther('10')) : paid;
      const outcome = await refusalOf(chain.write(account, identity, 'rate', [key, 0]));
      expect(outcome).toBe(i % 100 === 0 ? 'not refused' : 'NotClient');
    }
    const after = await chain.read(identity, 'reputationOf', [id]);
    expect([after.score, after.weight]).toEqual([before.score, before.weight]);
  });
});
