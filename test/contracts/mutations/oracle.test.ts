/**
 * The oracle's invariants catch planted faults. Compiling each takes seconds: `MUTATIONS=1 npm run jest -- test/contracts/mutations`
 * plants all of them, a plain run the first.
 */
import {describe, expect, it} from '@jest/globals';
import {CODE_ADDRESSES, implementationAddress, SYSTEM_ADDRESSES} from '#protocols/genesis';
import {mutate} from '../mutants.ts';
import type {Mutation} from '../mutants.ts';
import {BrokenInvariant, OracleActors} from '../oracle-actors.ts';

const BASE = 'protocols/contracts/oracle/OracleBase.sol';
const MAIN = 'protocols/contracts/InferenceOracle.sol';
const CALLBACK = 'protocols/contracts/CallbackOracle.sol';

const MUTATIONS: readonly Mutation[] = [
  {what: 'a settled price stays in the escrow\'s books', source: BASE, find: '        $.escrowed -= price;\n', replace: ''},
  {what: 'a refunded request can be refunded again', source: BASE, find: '        entry.status = RequestStatus.Refunded;\n        uint256 amount', replace: '        uint256 amount'},
  {what: 'a surplus is credited with the fee in it', source: BASE, find: 'uint256 surplus = msg.value - fee;', replace: 'uint256 surplus = msg.value - fee == 0 ? 0 : msg.value;'},
  {what: 'a withdrawn balance stays', source: MAIN, find: '        $.balances[msg.sender] = 0;\n', replace: ''},
  {what: 'a rejected result\'s fee stays in the escrow\'s books', source: CALLBACK, find: '        $.escrowed -= entry.price;\n', replace: ''},
  {what: 'a settled request can be settled again', source: BASE, find: '        entry.status = RequestStatus.Answered;\n', replace: ''},
];

describe('a planted fault is caught', () => {
  it.each(process.env['MUTATIONS'] === '1' ? MUTATIONS : MUTATIONS.slice(0, 1))('$what', async (mutation) => {
    const code = mutate(mutation, {InferenceOracle: MAIN, CallbackOracle: CALLBACK});
    const actors = await OracleActors.create(1, new Map([
      [implementationAddress(SYSTEM_ADDRESSES.inferenceOracle), code.get('InferenceOracle')!],
      [CODE_ADDRESSES.callbackOracle, code.get('CallbackOracle')!],
    ]));
    const run = async () => {
      for (let i = 0; i < 400; i++) {
        await actors.step();
        if (i % 20 === 19) await actors.check(true);
      }
    };
    await expect(run()).rejects.toThrow(BrokenInvariant);
  });
});
