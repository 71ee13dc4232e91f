import {expect, it} from '@jest/globals';
import {encodeFunctionData, hexToBytes, keccak256} from 'viem';
import {SAPS} from '#precompiles';
import {AssetKind, ContributorRole, LicenseKind} from '#protocols/client';
import {inferenceContext} from '#precompiles/codec';
import type {EvmChain} from '../support/evm-chain.ts';
import {CHAIN_ID} from '../support/evm-chain.ts';
import {Groth16Simulator} from '../support/groth16-simulator.ts';
import {compile} from '../support/solc.ts';
import {alice, attribution, bob, carol, dave, groth16, licensing, newChain, oracle, register, registry, signaturesOf, termsOf} from './world.ts';
import type {Hex} from './world.ts';

/**
 * Gas of whole transactions. `npm run jest -- test/contracts/gas -u` writes __snapshots__/gas.test.ts.snap anew; a change
 * there is a change of what users pay, and belongs in the commit that makes it.
 */
it('costs what it did', async () => {
  const chain = await newChain({protocolFee: 100});
  const gas: Record<string, bigint> = {};
  const team = [alice, bob, carol].map((account, index) => ({
    account,
    role: ContributorRole.other,
    weight: [5_000, 3_000, 2_000][index] ?? 0,
    contribution: keccak256(account),
  }));
  const registerGas = async (terms: ReturnType<typeof termsOf>) =>
    (await chain.write(terms.creator as Hex, registry, 'register', [terms, await signaturesOf(terms)])).gasUsed;

  gas['register, 1 contributor'] = await registerGas(termsOf(alice));
  gas['register, 3 contributors'] = await registerGas(termsOf(alice, {contributors: team}));
  gas['register, 3 contributors, 2 parents'] = await registerGas(termsOf(alice, {kind: AssetKind.model, contributors: team, parents: [1n, 2n]}));
  gas['lower the licence price'] = (await chain.write(alice, registry, 'lowerPrice', [1n, LicenseKind.fullAccess, 9n])).gasUsed;
  expect(gas['register, 3 contributors, 2 parents'] <= 600_000n).toBe(true);

  const pay = async (assetId: bigint) => (await chain.write(dave, attribution, 'receiveRevenue', [assetId, 0], {value: 1_000n})).gasUsed;
  gas['revenue, first, no ancestors'] = await pay(1n);
  gas['revenue, no ancestors'] = await pay(1n);
  gas['revenue, first, 2 ancestors'] = await pay(3n);
  gas['revenue, 2 ancestors'] = await pay(3n);
  gas['revenue, 32 ancestors'] = await manyAncestors(chain, pay);
  gas['claim, first'] = (await chain.write(alice, attribution, 'claim', [3n])).gasUsed;
  await pay(3n);
  gas.claim = (await chain.write(alice, attribution, 'claim', [3n])).gasUsed;
  expect(gas['claim, first'] <= 90_000n).toBe(true);

  const buy = async () => (await chain.write(dave, licensing, 'buy', [1n, LicenseKind.fullAccess, dave], {value: 9n})).gasUsed;
  gas['buy a licence, first'] = await buy();
  gas['buy a licence'] = await buy();
  gas['transfer a licence'] = (await chain.write(dave, licensing, 'transferFrom', [dave, bob, 1n])).gasUsed;

  const circuit = new Groth16Simulator(9, 'gas');
  await chain.write(alice, groth16, 'registerKey', [circuit.verificationKey]);
  gas['list a model'] = (await chain.write(alice, oracle, 'listModel', [3n, circuit.keyHash, 1n, 4, 3, 100n, 10n])).gasUsed;
  const ask = async () => (await chain.write(dave, oracle, 'request', [3n, [1n, 2n, 3n, 4n], `0x${'00'.repeat(20)}`, 0], {value: 100n})).gasUsed;
  await ask();
  gas['request an inference, 4 inputs'] = await ask();
  for (const requestId of [1n, 2n]) {
    const context = inferenceContext({chainId: CHAIN_ID, oracle: oracle.address, requestId, prover: carol});
    const proof = circuit.prove([7n, 8n, 9n, 1n, context, 1n, 2n, 3n, 4n]);
    const receipt = await chain.write(carol, oracle, 'answer', [requestId, [1n, 2n, 3n, 4n], [7n, 8n, 9n], proof]);
    const verification = encodeFunctionData({
      abi: groth16.abi,
      functionName: 'verify',
      args: [circuit.keyHash, Array.from({length: 9}, () => 0n), proof],
    });
    gas['answer an inference, 3 outputs, 2 ancestors, without the verification'] = receipt.gasUsed - nativeGas(verification);
  }
  gas['withdraw prover fees'] = (await chain.write(carol, oracle, 'withdrawProverFees', [carol])).gasUsed;
  expect(gas).toMatchSnapshot();
});

it('does not grow with contributors or history', async () => {
  const chain = await newChain();
  const crowd = Array.from({length: 31}, (_, index) => ({
    account: `0x${(index + 1).toString(16).padStart(40, 'e')}` as Hex,
    role: ContributorRole.other,
    weight: 300,
  }));
  const {Anyone} = compile(
    'pragma solidity ^0.8.28; contract Anyone { fallback() external { assembly { mstore(0, shl(224, 0x1626ba7e)) return(0, 32) } } }',
  );
  const consenting = await chain.deploy(alice, Anyone!);
  for (const {account} of crowd) await chain.setCode(account, await chain.code(consenting.address));
  await register(chain, termsOf(alice));
  await register(chain, termsOf(alice, {contributors: [{account: alice, role: ContributorRole.other, weight: 700}, ...crowd]}));
  const costs = async (assetId: bigint) => {
    const pay = () => chain.write(dave, attribution, 'receiveRevenue', [assetId, 0], {value: 1_000_000n});
    await pay();
    await chain.write(alice, attribution, 'claim', [assetId]);
    const gas = [];
    for (let round = 0; round < 20; round++) {
      gas.push((await pay()).gasUsed, (await chain.write(alice, attribution, 'claim', [assetId])).gasUsed);
    }
    return new Set(gas);
  };
  const alone = await costs(1n);
  expect(alone.size).toBe(2);
  expect(await costs(2n)).toEqual(alone);
});

/** What the native contract charges for a call: its own tests say whether that is right. */
function nativeGas(data: Hex): bigint {
  const sap = SAPS.find(({address}) => address === groth16.address);
  if (sap === undefined) throw new Error('no Groth16');
  return sap.gas(hexToBytes(data));
}

/** Gas of revenue for an asset with the most ancestors there can be, each of them paid before. */
async function manyAncestors(chain: EvmChain, pay: (assetId: bigint) => Promise<bigint>): Promise<bigint> {
  const parents: bigint[] = [];
  for (let family = 0; family < 4; family++) {
    const grandparents: bigint[] = [];
    for (let index = 0; index < 7; index++) grandparents.push(await register(chain, termsOf(alice, {royalty: 100})));
    parents.push(await register(chain, termsOf(alice, {royalty: 100, parents: grandparents})));
  }
  const assetId = await register(chain, termsOf(alice, {parents}));
  await pay(assetId);
  return pay(assetId);
}
