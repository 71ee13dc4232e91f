/** Voting power from contribution, and what it takes of both sides to decide. */
import {afterEach, beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {encodeFunctionData, keccak256, parseEther, stringToBytes} from 'viem';
import {governorAbi} from '#protocols/abi';
import type {EvmChain} from '../support/evm-chain.ts';
import {alice, attribution, bob, bonds, carol, dave, eventsOf, governor, mallory, newChain, refusalOf, register, termsOf, treasury, votingPower} from './world.ts';
import type {Hex} from './world.ts';

const DAY = 86_400n;
const YEAR = 365n * DAY;
const SCALE = 10n ** 27n;
const ASSET = 1n;
const REVENUE = parseEther('1000');

let chain: EvmChain;
let restore: () => Promise<void>;

beforeAll(async () => {
  chain = await newChain({protocolFee: 100});
  await register(chain, termsOf(alice));
  for (const [account, amount] of [[bob, '900'], [carol, '100']] as const) await chain.write(account, bonds, 'bond', [], {value: parseEther(amount)});
  await chain.write(dave, attribution, 'receiveRevenue', [ASSET, 0], {value: REVENUE});
});
beforeEach(async () => {
  restore = await chain.snapshot();
});
afterEach(() => restore());

const look = (account: Hex, assetIds: readonly bigint[] = [ASSET]) => chain.write(mallory, votingPower, 'refresh', [account, assetIds]);
const contribution = async (account: Hex) => (await chain.read(votingPower, 'unitsOf', [account]))[1];
const credited = async () => (await chain.read(attribution, 'creditedE32', [ASSET])) / 10n ** 32n;

describe('contribution', () => {
  it('is revenue by weight, counted a week after the first look, by the age of the receipt', async () => {
    await look(alice);
    expect(await contribution(alice)).toBe(0n);
    await look(alice);
    expect(await contribution(alice)).toBe(0n);
    chain.increaseTime(7n * DAY);
    await look(alice);
    const week = await contribution(alice);
    expect(week).toBe(((await credited()) * 7n * DAY) / YEAR);
    chain.increaseTime(YEAR);
    await look(alice);
    expect(await contribution(alice)).toBe(await credited());
  });

  it('does not count what was paid after the last look, so that revenue to oneself comes too late for a vote', async () => {
    chain.increaseTime(YEAR);
    await look(alice);
    chain.increaseTime(7n * DAY);
    await look(alice);
    const before = await contribution(alice);
    await chain.write(alice, attribution, 'receiveRevenue', [ASSET, 0], {value: REVENUE});
    await look(alice);
    expect(await contribution(alice)).toBe(before);
    chain.increaseTime(7n * DAY);
    await look(alice);
    expect(await contribution(alice)).toBe(before);
    chain.increaseTime(7n * DAY);
    await look(alice);
    expect(await contribution(alice)).toBe(await credited());
  });

  it('is nothing for strangers and for assets that earn nothing, however many', async () => {
    const assets: bigint[] = [];
    for (let i = 0; i < 5; i++) assets.push(await register(chain, termsOf(mallory)));
    for (let i = 0; i < 3; i++) {
      await look(mallory, [ASSET, ...assets]);
      chain.increaseTime(YEAR);
    }
    expect(await contribution(mallory)).toBe(0n);
    expect(await refusalOf(look(mallory, Array.from({length: 17}, () => 1n)))).toBe('TooManyAssets');
  });

  it('has half of all power however small it is, and is delegated with stake', async () => {
    await look(alice);
    chain.increaseTime(7n * DAY);
    await look(alice);
    expect(await chain.read(votingPower, 'getVotes', [alice])).toBe(SCALE / 2n);
    await chain.write(alice, bonds, 'bond', [], {value: parseEther('1000')});
    expect(await chain.read(votingPower, 'getVotes', [alice])).toBe(SCALE / 2n + SCALE / 4n);
    await chain.write(alice, votingPower, 'delegate', [dave]);
    expect(await chain.read(votingPower, 'getVotes', [dave])).toBe(SCALE / 2n + SCALE / 4n);
    chain.increaseTime(1n);
    const [fromStake, fromContribution] = await chain.read(votingPower, 'getPastVotesBySide', [dave, chain.timestamp - 1n]);
    expect([fromStake, fromContribution]).toEqual([SCALE / 4n, SCALE / 2n]);
  });
});

describe('a vote', () => {
  const content = () =>
    [[attribution.address], [0n], [encodeFunctionData({abi: attribution.abi, functionName: 'setProtocolFee', args: [50]})]] as const;
  const propose = async () => {
    await chain.write(bob, governor, 'payDeposit', [], {value: parseEther('100')});
    chain.increaseTime(1n);
    const receipt = await chain.write(bob, governor, 'propose', [...content(), 'Lower the protocol fee']);
    chain.increaseTime(DAY + 1n);
    return eventsOf(receipt, governorAbi, 'ProposalCreated')[0]!.args.proposalId;
  };
  const state = async (id: bigint) => chain.read(governor, 'state', [id]);

  it('is decided by neither side alone once there are both', async () => {
    await look(alice);
    chain.increaseTime(7n * DAY);
    await look(alice);
    const id = await propose();
    await chain.write(bob, governor, 'castVote', [id, 1]);
    await chain.write(carol, governor, 'castVote', [id, 1]);
    expect(await chain.read(governor, 'participation', [id])).toEqual([SCALE / 2n, 0n]);
    expect(await chain.read(governor, 'isQuorumReached', [id])).toBe(false);
    const undo = await chain.snapshot();
    chain.increaseTime(5n * DAY);
    expect(await state(id)).toBe(3);
    await undo();
    // With the contributors against, a tie: neither side has more than half.
    await chain.write(alice, governor, 'castVote', [id, 0]);
    chain.increaseTime(5n * DAY);
    expect(await chain.read(governor, 'isQuorumReached', [id])).toBe(true);
    expect(await state(id)).toBe(3);
  });

  it('lowers the protocol\'s fee with both sides for it', async () => {
    await look(alice);
    chain.increaseTime(7n * DAY);
    await look(alice);
    const id = await propose();
    for (const voter of [alice, bob]) await chain.write(voter, governor, 'castVote', [id, 1]);
    chain.increaseTime(5n * DAY);
    const named = [...content(), keccak256(stringToBytes('Lower the protocol fee'))] as const;
    await chain.write(mallory, governor, 'queue', named);
    chain.increaseTime(2n * DAY);
    expect(await chain.read(attribution, 'protocolFee', [])).toBe(100);
    await chain.write(mallory, governor, 'execute', named);
    expect(await chain.read(attribution, 'protocolFee', [])).toBe(50);
    const before = await chain.balance(treasury.address);
    await chain.write(dave, attribution, 'receiveRevenue', [ASSET, 0], {value: parseEther('100')});
    const owed = await chain.read(attribution, 'protocolFeesE32', ['0x0000000000000000000000000000000000000000']);
    await chain.write(mallory, attribution, 'payProtocolFees', ['0x0000000000000000000000000000000000000000']);
    expect(await chain.balance(treasury.address)).toBe(before + owed / 10n ** 32n);
  });
});
