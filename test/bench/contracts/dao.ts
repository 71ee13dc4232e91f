/** Rows of the gas table of contracts: the oracle, the native records, bonds, identities and the DAO. */
import {encodeFunctionData, keccak256, parseEther, stringToBytes, toHex} from 'viem';
import {AssetKind} from '#protocols/client';
import {bonds, callbackOracle, governor, identity, newChain, operators, oracle, register, termsOf, treasury, votingPower, alice, bob, carol, erin} from '../../contracts/world.ts';
import type {Hex} from '../../contracts/world.ts';
import {printTable} from '../measure.ts';

export interface GasRow {
  readonly operation: string;
  readonly gas: bigint;
}

const NOBODY: Hex = `0x${'00'.repeat(20)}`;
const DAY = 86_400n;

/** Gas of whole transactions on a fresh chain, in the order in which a user meets them. */
export async function daoGasRows(): Promise<GasRow[]> {
  const rows: GasRow[] = [];
  const chain = await newChain();
  const row = async (operation: string, receipt: Promise<{readonly gasUsed: bigint}>) => {
    rows.push({operation, gas: (await receipt).gasUsed});
  };
  await register(chain, termsOf(alice, {kind: AssetKind.model}));
  await row('bond, first', chain.write(erin, bonds, 'bond', [], {value: parseEther('100')}));
  await row('bond, more', chain.write(erin, bonds, 'bond', [], {value: parseEther('100')}));
  await row('unbond', chain.write(erin, bonds, 'startUnbonding', [1n]));
  await row('list a served model', chain.write(alice, callbackOracle, 'listServedModel', [1n, keccak256('0x01'), 100n]));
  await row('name an operator', chain.write(alice, operators, 'nameOperator', [1n, erin, true]));
  await row('serve a model', chain.write(erin, operators, 'serve', [1n, 10n, 500_000]));
  const ask = () => chain.write(carol, callbackOracle, 'requestCallback', [1n, toHex('What is a qanat?'), NOBODY, 0n, '0x'], {value: 110n});
  await row('request, attested, first', ask());
  await row('request, attested', ask());
  await row('attest, first', chain.write(erin, callbackOracle, 'attest', [1n, '0x0badcafe', '0x']));
  await row('attest', chain.write(erin, callbackOracle, 'attest', [2n, '0x0badcafe', '0x']));
  await ask();
  chain.increaseTime(601n);
  await row('refund, with a punished operator', chain.write(carol, oracle, 'refund', [3n]));
  await row('create an identity', chain.write(bob, identity, 'create', [0]));
  await row('claim a name', chain.write(bob, identity, 'claimName', [1n, 'aquifer'], {value: parseEther('1')}));
  await row('attest an identity', chain.write(carol, identity, 'attest', [1n, toHex(1n, {size: 32}), toHex(2n, {size: 32}), 0n]));
  await row('delegate votes', chain.write(erin, votingPower, 'delegate', [alice]));
  chain.increaseTime(1n);
  await row('pay in a deposit', chain.write(alice, governor, 'payDeposit', [], {value: parseEther('100')}));
  const calls = [[treasury.address], [0n], [encodeFunctionData({abi: treasury.abi, functionName: 'spend', args: [bob, 1n]})]] as const;
  await row('propose', chain.write(alice, governor, 'propose', [...calls, 'a grant']));
  chain.increaseTime(DAY + 1n);
  await row('vote', chain.write(alice, governor, 'castVote', [1n, 1]));
  chain.increaseTime(5n * DAY);
  const named = [...calls, keccak256(stringToBytes('a grant'))] as const;
  await row('queue', chain.write(alice, governor, 'queue', named));
  chain.increaseTime(2n * DAY);
  await row('execute', chain.write(alice, governor, 'execute', named));
  return rows;
}

export async function run(): Promise<void> {
  const rows = await daoGasRows();
  printTable(['operation', 'gas'], rows.map(({operation, gas}) => [operation, gas.toLocaleString('en')]));
}
