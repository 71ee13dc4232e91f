import {afterEach, beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {encodeFunctionData, encodePacked, keccak256, pad, parseEther, stringToBytes, toHex} from 'viem';
import type {Abi} from 'viem';
import {attributionAbi, governorAbi, timelockAbi} from '#protocols/abi';
import {IMPLEMENTATION_SLOT, SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {EvmChain} from '../support/evm-chain.ts';
import {compile} from '../support/solc.ts';
import {
  alice, bob, bonds, carol, dave, erin, eventsOf, foundation, governor, mallory, newChain, nodeUpgrades, operators, refusalOf, timelock, treasury,
  votingPower,
} from './world.ts';
import type {Hex} from './world.ts';

const DAY = 86_400n;
const DEPOSIT = parseEther('100');
const SCALE = 10n ** 27n;
const STATE = {pending: 0, active: 1, canceled: 2, defeated: 3, succeeded: 4, queued: 5, executed: 7} as const;
const [AGAINST, FOR, ABSTAIN, FRACTIONAL] = [0, 1, 2, 255];

let chain: EvmChain;
let restore: () => Promise<void>;

beforeAll(async () => {
  chain = await newChain();
  for (const [account, amount] of [[alice, '600'], [bob, '300'], [carol, '100']] as const) {
    await chain.write(account, bonds, 'bond', [], {value: parseEther(amount)});
  }
  await chain.write(alice, governor, 'payDeposit', [], {value: 3n * DEPOSIT});
  await chain.send({from: dave, to: treasury.address, value: parseEther('50')});
  chain.increaseTime(10n);
});
beforeEach(async () => {
  restore = await chain.snapshot();
});
afterEach(() => restore());

interface Call {
  readonly target: Hex;
  readonly data: Hex;
}

function callOf(contract: {address: Hex; abi: Abi}, functionName: string, args: readonly unknown[]): Call {
  return {target: contract.address, data: encodeFunctionData({abi: contract.abi, functionName, args})};
}

class Proposal {
  readonly calls: readonly Call[];
  readonly description: string;
  id = 0n;

  constructor(description: string, ...calls: readonly Call[]) {
    this.description = description;
    this.calls = calls;
  }

  get args() {
    return [this.calls.map(({target}) => target), this.calls.map(() => 0n), this.calls.map(({data}) => data)] as const;
  }

  get named() {
    return [...this.args, keccak256(stringToBytes(this.description))] as const;
  }

  async make(from: Hex = alice): Promise<this> {
    const receipt = await chain.write(from, governor, 'propose', [...this.args, this.description]);
    this.id = eventsOf(receipt, governorAbi, 'ProposalCreated')[0]!.args.proposalId;
    return this;
  }

  state(): Promise<number> {
    return chain.read(governor, 'state', [this.id]);
  }

  vote(from: Hex, support: number) {
    return chain.write(from, governor, 'castVote', [this.id, support]);
  }

  async pass(...voters: readonly Hex[]): Promise<void> {
    chain.increaseTime(DAY + 1n);
    for (const voter of voters) await this.vote(voter, FOR!);
    chain.increaseTime(5n * DAY);
    expect(await this.state()).toBe(STATE.succeeded);
  }

  queue() {
    return chain.write(mallory, governor, 'queue', this.named);
  }

  async execute() {
    await this.queue();
    expect(await refusalOf(chain.write(mallory, governor, 'execute', this.named))).toBe('TimelockUnexpectedOperationState');
    chain.increaseTime(2n * DAY);
    const receipt = await chain.write(mallory, governor, 'execute', this.named);
    expect(await this.state()).toBe(STATE.executed);
    return receipt;
  }
}

const spend = (amount: bigint) => callOf(treasury, 'spend', [erin, amount]);

describe('power', () => {
  it('is half the scale for all stake, in parts by bond, and never what was bonded after', async () => {
    const past = chain.timestamp - 1n;
    expect(await chain.read(votingPower, 'getPastVotes', [alice, past])).toBe((SCALE / 2n) * 6n / 10n);
    expect(await chain.read(votingPower, 'getPastTotalBySide', [past])).toEqual([SCALE / 2n, 0n]);
    await chain.write(mallory, bonds, 'bond', [], {value: parseEther('1000')});
    expect(await chain.read(votingPower, 'getPastVotes', [mallory, past])).toBe(0n);
    expect(await chain.read(votingPower, 'getVotes', [mallory])).toBe(SCALE / 4n);
    expect(await refusalOf(chain.read(votingPower, 'getPastVotes', [mallory, chain.timestamp]))).toBe('FutureLookup');
    expect(await refusalOf(chain.write(mallory, votingPower, 'stakeChanged', [mallory, 9n]))).toBe('OnlyBonds');
  });

  it('is delegated whole, and comes back', async () => {
    await chain.write(carol, votingPower, 'delegate', [bob]);
    expect(await chain.read(votingPower, 'getVotes', [bob])).toBe((SCALE / 2n) * 4n / 10n);
    expect(await chain.read(votingPower, 'getVotes', [carol])).toBe(0n);
    await chain.write(carol, bonds, 'startUnbonding', [parseEther('100')]);
    expect(await chain.read(votingPower, 'getVotes', [bob])).toBe((SCALE / 2n) * 3n / 9n);
    await chain.write(bob, votingPower, 'delegate', [carol]);
    await chain.write(carol, votingPower, 'delegate', [carol]);
    expect(await chain.read(votingPower, 'getVotes', [bob])).toBe(0n);
    expect(await refusalOf(chain.write(bob, votingPower, 'delegate', [pad('0x', {size: 20})]))).toBe('InvalidDelegate');
  });

  it('has a formula that governance sets within bounds, for what comes after', async () => {
    expect(await refusalOf(chain.write(mallory, votingPower, 'setStakeShare', [4_500n]))).toBe('OnlyGovernance');
    expect(await refusalOf(chain.write(timelock.address, votingPower, 'setStakeShare', [6_001n]))).toBe('ShareOutOfRange');
    const before = chain.timestamp;
    chain.increaseTime(1n);
    await chain.write(timelock.address, votingPower, 'setStakeShare', [4_000n]);
    expect(await chain.read(votingPower, 'getVotes', [alice])).toBe((SCALE * 4n) / 10n * 6n / 10n);
    expect(await chain.read(votingPower, 'getPastVotes', [alice, before])).toBe((SCALE / 2n) * 6n / 10n);
  });
});

describe('bonds', () => {
  it('come back after the delay, to whom their owner says, once', async () => {
    await chain.write(carol, bonds, 'startUnbonding', [parseEther('40')]);
    expect(await refusalOf(chain.write(carol, bonds, 'startUnbonding', [parseEther('61')]))).toBe('InsufficientBond');
    expect(await refusalOf(chain.write(carol, bonds, 'withdraw', [carol]))).toBe('StillUnbonding');
    chain.increaseTime(21n * DAY);
    const before = await chain.balance(erin);
    await chain.write(carol, bonds, 'withdraw', [erin]);
    expect(await chain.balance(erin)).toBe(before + parseEther('40'));
    expect(await refusalOf(chain.write(carol, bonds, 'withdraw', [carol]))).toBe('NothingToWithdraw');
    expect(await refusalOf(chain.write(carol, bonds, 'bond', []))).toBe('NothingBonded');
    expect(await refusalOf(chain.write(carol, bonds, 'withdraw', [pad('0x', {size: 20})]))).toBe('InvalidRecipient');
    expect(await chain.balance(bonds.address)).toBe((await chain.read(bonds, 'totals', [])).reduce((a, b) => a + b));
  });

  it('cannot be taken out twice by a recipient that comes back', async () => {
    const {Thief} = compile(`pragma solidity ^0.8.28;
      interface B { function bond() external payable; function startUnbonding(uint256) external; function withdraw(address payable) external returns (uint256); }
      contract Thief {
        B constant BONDS = B(0x0000000000000000000000000000000000001009);
        function put() external payable { BONDS.bond{value: msg.value}(); BONDS.startUnbonding(msg.value); }
        function take() external { BONDS.withdraw(payable(this)); }
        receive() external payable { (bool again,) = address(BONDS).call(abi.encodeCall(B.withdraw, (payable(this)))); require(!again); }
      }`);
    const thief = await chain.deploy(mallory, Thief!);
    await chain.write(mallory, thief, 'put', [] as never, {value: 7n});
    chain.increaseTime(21n * DAY);
    await chain.write(mallory, thief, 'take', [] as never);
    expect(await chain.balance(thief.address)).toBe(7n);
  });
});

describe('a proposal', () => {
  it('has sequential ids, costs a deposit and needs power', async () => {
    expect((await new Proposal('one', spend(1n)).make()).id).toBe(1n);
    expect((await new Proposal('two', spend(1n)).make()).id).toBe(2n);
    expect(await refusalOf(new Proposal('two', spend(1n)).make())).toBe('GovernorUnexpectedProposalState');
    expect(await refusalOf(new Proposal('three', spend(1n)).make(bob))).toBe('DepositMissing');
    expect(await refusalOf(new Proposal('three', spend(1n)).make(mallory))).toBe('GovernorInsufficientProposerVotes');
    expect(await chain.read(governor, 'depositOf', [alice])).toBe(DEPOSIT);
  });

  it('spends from the treasury once it has passed and waited, and gives its deposit back', async () => {
    const proposal = await new Proposal('a grant', spend(parseEther('20'))).make();
    expect(await refusalOf(proposal.vote(alice, FOR!))).toBe('GovernorUnexpectedProposalState');
    await proposal.pass(alice, bob);
    expect(await refusalOf(proposal.vote(carol, AGAINST!))).toBe('GovernorUnexpectedProposalState');
    const before = await chain.balance(erin);
    await proposal.execute();
    expect(await chain.balance(erin)).toBe(before + parseEther('20'));
    await chain.write(mallory, governor, 'settleDeposit', [proposal.id]);
    expect(await refusalOf(chain.write(mallory, governor, 'settleDeposit', [proposal.id]))).toBe('NothingToSettle');
    expect(await chain.read(governor, 'depositOf', [alice])).toBe(3n * DEPOSIT);
    await chain.write(alice, governor, 'withdrawDeposit', []);
    expect(await chain.balance(governor.address)).toBe(0n);
    expect(await refusalOf(chain.write(alice, governor, 'withdrawDeposit', []))).toBe('NothingToWithdraw');
  });

  it('loses its deposit to the treasury when too few take part', async () => {
    const proposal = await new Proposal('spam', spend(1n)).make();
    expect(await refusalOf(chain.write(mallory, governor, 'settleDeposit', [proposal.id]))).toBe('ProposalUndecided');
    chain.increaseTime(DAY + 1n);
    await proposal.vote(carol, FOR!);
    chain.increaseTime(5n * DAY);
    expect(await proposal.state()).toBe(STATE.defeated);
    const before = await chain.balance(treasury.address);
    await chain.write(mallory, governor, 'settleDeposit', [proposal.id]);
    expect(await chain.balance(treasury.address)).toBe(before + DEPOSIT);
    expect(await refusalOf(proposal.queue())).toBe('GovernorUnexpectedProposalState');
  });

  it('can be withdrawn by its proposer before the vote, with its deposit', async () => {
    const proposal = await new Proposal('a mistake', spend(1n)).make();
    expect(await refusalOf(chain.write(mallory, governor, 'cancel', proposal.named))).toBe('GovernorUnableToCancel');
    await chain.write(alice, governor, 'cancel', proposal.named);
    expect(await proposal.state()).toBe(STATE.canceled);
    await chain.write(mallory, governor, 'settleDeposit', [proposal.id]);
    expect(await chain.read(governor, 'depositOf', [alice])).toBe(3n * DEPOSIT);
  });

  it('is defeated by more power against, and counts fractions', async () => {
    const proposal = await new Proposal('contested', spend(1n)).make();
    chain.increaseTime(DAY + 1n);
    const power = (SCALE / 2n) * 6n / 10n;
    const parts = (against: bigint, inFavour: bigint, abstain: bigint) => encodePacked(['uint128', 'uint128', 'uint128'], [against, inFavour, abstain]);
    const cast = (from: Hex, params: Hex) => chain.write(from, governor, 'castVoteWithReasonAndParams', [proposal.id, FRACTIONAL!, 'parts', params]);
    await cast(alice, parts(power / 2n, power / 4n, 0n));
    expect(await refusalOf(cast(alice, parts(power, 0n, 0n)))).toBe('GovernorExceedRemainingWeight');
    await proposal.vote(alice, ABSTAIN!);
    expect(await refusalOf(proposal.vote(alice, FOR!))).toBe('GovernorAlreadyCastVote');
    expect(await refusalOf(proposal.vote(mallory, FOR!))).toBe('GovernorAlreadyCastVote');
    await proposal.vote(carol, FOR!);
    expect(await chain.read(governor, 'proposalVotes', [proposal.id])).toEqual([power / 2n, power / 4n + SCALE / 20n, power / 4n]);
    chain.increaseTime(5n * DAY);
    expect(await proposal.state()).toBe(STATE.defeated);
    // Enough took part: the deposit comes back all the same.
    await chain.write(mallory, governor, 'settleDeposit', [proposal.id]);
    expect(await chain.read(governor, 'depositOf', [alice])).toBe(3n * DEPOSIT);
  });

  it('changes parameters, of the DAO itself too, and no one else does', async () => {
    const settings = {votingDelay: 3_600, votingPeriod: 7_200, proposalThreshold: 1, quorum: 200, sideQuorum: 100, proposalDeposit: 5n};
    expect(await refusalOf(chain.write(mallory, governor, 'setSettings', [settings]))).toBe('GovernorOnlyExecutor');
    // Not even the timelock, outside a proposal that says so.
    expect(await refusalOf(chain.write(timelock.address, governor, 'setSettings', [settings]))).toBe('Panic');
    const proposal = await new Proposal(
      'parameters',
      callOf(operators, 'setPenalty', [parseEther('2')]),
      callOf(governor, 'setSettings', [settings]),
      callOf(timelock, 'updateDelay', [DAY]),
    ).make();
    await proposal.pass(alice);
    await proposal.execute();
    expect(await chain.read(operators, 'penalty', [])).toBe(parseEther('2'));
    expect(await chain.read(governor, 'getSettings', [])).toEqual(settings);
    expect(await chain.read(timelock, 'getMinDelay', [])).toBe(DAY);
    expect(await chain.read(governor, 'votingPeriod', [])).toBe(7_200n);
  });

  it('upgrades a system contract, and its own timelock', async () => {
    const {Next, NextLock} = compile(`pragma solidity ^0.8.28;
      import {Attribution} from "qanat/protocols/contracts/Attribution.sol";
      import {Timelock} from "qanat/protocols/contracts/Timelock.sol";
      contract Next is Attribution { function generation() external pure returns (uint256) { return 2; } }
      contract NextLock is Timelock { function generation() external pure returns (uint256) { return 2; } }`);
    const next = await chain.deploy(mallory, Next!);
    const nextLock = await chain.deploy(mallory, NextLock!);
    const upgrade = (target: Hex, implementation: Hex): Call => ({
      target,
      data: encodeFunctionData({
        abi: [{type: 'function', name: 'upgradeToAndCall', stateMutability: 'payable', inputs: [{type: 'address', name: 'a'}, {type: 'bytes', name: 'b'}], outputs: []}],
        args: [implementation, '0x'],
      }),
    });
    const proposal = await new Proposal('upgrade', upgrade(SYSTEM_ADDRESSES.attribution, next.address), upgrade(timelock.address, nextLock.address)).make();
    await proposal.pass(alice);
    await proposal.execute();
    expect(await chain.storage(SYSTEM_ADDRESSES.attribution, IMPLEMENTATION_SLOT)).toBe(pad(next.address));
    expect(await chain.read({address: SYSTEM_ADDRESSES.attribution, abi: attributionAbi}, 'totalReceived', [])).toBe(0n);
    expect(await chain.read({address: timelock.address, abi: nextLock.abi}, 'generation', [] as never)).toBe(2n);
  });

  it('schedules an upgrade of the node', async () => {
    const plan = {height: 100_000n, name: 'v2', uri: 'https://example.org/v2', contentHash: keccak256('0x02')};
    expect(await refusalOf(chain.write(mallory, nodeUpgrades, 'schedule', [plan]))).toBe('MayNotSchedule');
    const proposal = await new Proposal('v2', callOf(nodeUpgrades, 'schedule', [plan])).make();
    await proposal.pass(alice);
    await proposal.execute();
    expect(await chain.read(nodeUpgrades, 'plan', [])).toEqual(plan);
    const asGovernance = (name: 'schedule' | 'cancel', args: readonly unknown[]) => chain.write(timelock.address, nodeUpgrades, name, args as never);
    expect(await refusalOf(asGovernance('schedule', [{...plan, height: 5n}]))).toBe('TooSoon');
    expect(await refusalOf(asGovernance('schedule', [{...plan, name: ''}]))).toBe('EmptyName');
    expect(await refusalOf(asGovernance('schedule', [{...plan, uri: 'x'.repeat(257)}]))).toBe('TextTooLong');
    await asGovernance('cancel', []);
    expect(await refusalOf(asGovernance('cancel', []))).toBe('NothingScheduled');
  });
});

describe('the timelock', () => {
  it('is nobody\'s to set up, to use past the governor, or to replace', async () => {
    expect(await refusalOf(chain.read(timelock, 'initialize', [0n, [mallory], [mallory], mallory], mallory))).toBe('AlreadySetUp');
    expect(await refusalOf(chain.write(mallory, timelock, 'schedule', [treasury.address, 0n, spend(1n).data, pad('0x'), pad('0x'), 2n * DAY]))).toBe('AccessControlUnauthorizedAccount');
    expect(await refusalOf(chain.write(mallory, timelock, 'grantRole', [await chain.read(timelock, 'PROPOSER_ROLE', []), mallory]))).toBe('AccessControlUnauthorizedAccount');
    expect(await refusalOf(chain.write(mallory, timelock, 'updateDelay', [DAY]))).toBe('TimelockUnauthorizedCaller');
    // As an operation of its own would call it.
    const shorten = encodeFunctionData({abi: timelockAbi, functionName: 'updateDelay', args: [1n]});
    expect(await refusalOf(chain.call({from: timelock.address, to: timelock.address, data: shorten}))).toBe('DelayOutOfRange');
    expect(await refusalOf(chain.read(governor, 'updateTimelock', [mallory], timelock.address))).toBe('TimelockFixed');
    expect((await chain.read(governor, 'timelock', [])).toLowerCase()).toBe(timelock.address);
    expect(await refusalOf(chain.write(mallory, treasury, 'spend', [mallory, 1n]))).toBe('OnlyGovernance');
    expect(await refusalOf(chain.write(timelock.address, treasury, 'spend', [mallory, parseEther('51')]))).toBe('InsufficientFunds');
  });
});

describe('the foundation', () => {
  const [VETO, UPGRADE] = [0, 1];
  const grant = (power: number, holder: Hex, expiresAt: bigint) => chain.write(timelock.address, foundation, 'grant', [power, holder, expiresAt]);
  const operationOf = async (proposal: Proposal) => eventsOf(await proposal.queue(), timelockAbi, 'CallScheduled')[0]!.args.id;

  it('has what the DAO lends it, for at most two years', async () => {
    expect(await refusalOf(chain.write(mallory, foundation, 'grant', [VETO!, mallory, chain.timestamp + DAY]))).toBe('OnlyGovernance');
    expect(await refusalOf(grant(VETO!, dave, chain.timestamp))).toBe('InvalidExpiry');
    expect(await refusalOf(grant(VETO!, dave, chain.timestamp + 731n * DAY))).toBe('InvalidExpiry');
    expect(await refusalOf(chain.write(timelock.address, foundation, 'end', [VETO!]))).toBe('NotHeld');
    await grant(VETO!, dave, chain.timestamp + DAY);
    expect(await chain.read(foundation, 'holds', [VETO!, dave])).toBe(true);
    expect(await chain.read(foundation, 'holds', [UPGRADE!, dave])).toBe(false);
    expect(await refusalOf(chain.write(mallory, foundation, 'end', [VETO!]))).toBe('MayNotEnd');
    chain.increaseTime(DAY + 1n);
    expect(await chain.read(foundation, 'holds', [VETO!, dave])).toBe(false);
  });

  it('can veto what waits in the timelock', async () => {
    const proposal = await new Proposal('bad', spend(1n)).make();
    await proposal.pass(alice);
    const id = await operationOf(proposal);
    expect(await refusalOf(chain.write(dave, timelock, 'cancel', [id]))).toBe('AccessControlUnauthorizedAccount');
    await grant(VETO!, dave, chain.timestamp + DAY);
    await chain.write(dave, timelock, 'cancel', [id]);
    expect(await proposal.state()).toBe(STATE.canceled);
  });

  it('cannot veto the end of its own powers, which may come by vote', async () => {
    await grant(VETO!, dave, chain.timestamp + 100n * DAY);
    const ending = await new Proposal('no more vetoes', callOf(foundation, 'end', [VETO!])).make();
    // Wrapped together with something else it is an ordinary proposal.
    const mixed = await new Proposal('mixed', callOf(foundation, 'end', [VETO!]), spend(1n)).make();
    chain.increaseTime(DAY + 1n);
    for (const proposal of [ending, mixed]) await proposal.vote(alice, FOR!);
    chain.increaseTime(5n * DAY);
    const id = await operationOf(ending);
    expect(await refusalOf(chain.write(dave, timelock, 'cancel', [id]))).toBe('NotVetoable');
    await chain.write(dave, timelock, 'cancel', [await operationOf(mixed)]);
    chain.increaseTime(2n * DAY);
    await chain.write(mallory, governor, 'execute', ending.named);
    expect(await chain.read(foundation, 'holds', [VETO!, dave])).toBe(false);
  });

  it('can schedule a node upgrade with that power, and give a power up', async () => {
    await grant(UPGRADE!, dave, chain.timestamp + DAY);
    const plan = {height: 100_000n, name: 'hotfix', uri: '', contentHash: toHex(1n, {size: 32})};
    await chain.write(dave, nodeUpgrades, 'schedule', [plan]);
    await chain.write(dave, foundation, 'end', [UPGRADE!]);
    expect(await refusalOf(chain.write(dave, nodeUpgrades, 'cancel', []))).toBe('MayNotSchedule');
  });
});
