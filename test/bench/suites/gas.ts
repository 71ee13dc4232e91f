/** Work per gas, worst inputs first: a block of 60 M gas must execute in 2 s, hence at most 33 ns per gas. */
import {createHash} from 'node:crypto';
import {callSap, groth16, initPrecompiles, poseidon} from '#precompiles';
import type {Sap, SapStorage} from '#precompiles';
import {encodeProof, encodeVerificationKey, keyHash, PUBLIC_INPUT_COUNT_MAX} from '#precompiles/codec';
import {bn254} from '../../../precompiles/mcl/bn254.ts';
import {DECODED_KEY_COUNT_MAX, POSEIDON_INPUT_COUNT_MAX} from '../../../precompiles/limits.ts';
import {bytes, concat, fixture, MemoryStorage, poseidonData, registerData, verifyData, word} from '../../unit/precompiles/support.ts';
import {addressOf, createMachine} from '../machine.ts';
import {measureNs, printMachine, printTable} from '../measure.ts';
import type {EVM} from '@ethereumjs/evm';

const NS_PER_GAS_MAX = 33;
const CALLER = '0x0000000000000000000000000000000000000001';

export async function run(): Promise<void> {
  printMachine();
  await initPrecompiles();
  await saps();
  await standardPrecompiles(await createMachine());
}

async function saps(): Promise<void> {
  const rows: string[][] = [];
  const add = async (title: string, sap: Sap, make: (i: number) => {data: Uint8Array; storage: SapStorage}) => {
    const ns = await measureNs(async (i) => {
      const {data, storage} = make(i);
      const context = {chainId: 7259n, gas: 30_000_000n, caller: CALLER, value: 0n, isStatic: false, isDelegate: false, storage} as const;
      const {status} = await callSap(sap, {data, ...context});
      if (status !== 'success') throw new Error(`${title}: ${status}`);
    });
    rows.push(rowOf(title, ns, sap.gas(make(0).data)));
  };

  const multiplier = fixture('multiplier');
  const base = encodeVerificationKey(multiplier.key);
  const proof = encodeProof(multiplier.proofs[0]!.proof);
  const storage = new MemoryStorage();
  for (const count of [0, 3, 100, PUBLIC_INPUT_COUNT_MAX]) {
    // More keys than the cache holds, taken in turn: every call misses it.
    const keys = Array.from({length: DECODED_KEY_COUNT_MAX + 1}, (_, i) => keyWith(base, count, i));
    for (const key of keys) {
      const context = {chainId: 7259n, gas: 30_000_000n, caller: CALLER, value: 0n, isStatic: false, isDelegate: false, storage} as const;
      await callSap(groth16, {data: registerData(key), ...context});
    }
    const inputs = Array.from({length: count}, (_, i) => largeScalar(i));
    const calls = keys.map((key) => verifyData(keyHash(key), inputs, proof));
    await add(`0x0a01 verify, ${count} inputs, cached key`, groth16, () => ({data: calls[0]!, storage}));
    await add(`0x0a01 verify, ${count} inputs, cold key`, groth16, (i) => ({data: calls[i % calls.length]!, storage}));
    const registration = registerData(keys[0]!);
    await add(`0x0a01 registerKey, ${count} inputs`, groth16, () => ({data: registration, storage: new MemoryStorage()}));
  }
  for (const count of [1, 2, 4, 8, POSEIDON_INPUT_COUNT_MAX]) {
    const data = poseidonData(Array.from({length: count}, (_, i) => largeScalar(i)));
    await add(`0x0a05 hash, ${count} inputs`, poseidon, () => ({data, storage}));
  }
  printTable(['SAP', 'µs', 'gas', 'ns/gas', ''], rows);
}

async function standardPrecompiles(evm: EVM): Promise<void> {
  const multiplier = fixture('multiplier');
  const key = encodeVerificationKey(multiplier.key);
  const g1 = key.subarray(0, 64);
  const g2 = key.subarray(64, 192);
  const digest = (seed: string) => createHash('sha256').update(seed).digest();
  const blsG1 = bytes(
    '0x0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb' +
      '0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1',
  );
  const field = concat(new Uint8Array(16), Uint8Array.from(digest('field')).fill(1, 0, 1), new Uint8Array(16));
  const modexp = concat(word(256n), word(256n), word(256n), new Uint8Array(768).fill(255));
  const signature = bytes(
    '0x18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c' +
      '000000000000000000000000000000000000000000000000000000000000001c' +
      '73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f' +
      'eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549',
  );
  const cases: [title: string, address: number, data: Uint8Array][] = [
    ['0x01 ecrecover', 1, signature],
    ['0x02 sha256, 32 kB', 2, new Uint8Array(32_768)],
    ['0x03 ripemd160, 32 kB', 3, new Uint8Array(32_768)],
    ['0x05 modexp, 256 bytes', 5, modexp],
    ['0x06 BN254 add', 6, concat(g1, key.subarray(448, 512))],
    ['0x07 BN254 mul', 7, concat(g1, word(largeScalar(1)))],
    ['0x08 BN254 pairing, 1', 8, concat(g1, g2)],
    ['0x08 BN254 pairing, 4', 8, concat(g1, g2, g1, g2, g1, g2, g1, g2)],
    ['0x09 blake2f, 100,000 rounds', 9, concat(bytes('0x000186a0'), new Uint8Array(208), Uint8Array.of(1))],
    ['0x0b BLS12 G1 add', 0x0b, concat(blsG1, blsG1)],
    ['0x0c BLS12 G1 msm, 1', 0x0c, concat(blsG1, word(largeScalar(2)))],
    ['0x0c BLS12 G1 msm, 16', 0x0c, concat(...Array.from({length: 16}, (_, i) => concat(blsG1, word(largeScalar(i)))))],
    ['0x10 BLS12 map to G1', 0x10, field],
    ['0x11 BLS12 map to G2', 0x11, concat(field, field)],
    ['0x100 P256 verify', 0x100, p256Call()],
  ];
  const rows: string[][] = [];
  for (const [title, address, data] of cases) {
    let gas = 0n;
    const to = addressOf(`0x${address.toString(16).padStart(40, '0')}`);
    const ns = await measureNs(async () => {
      const {execResult} = await evm.runCall({to, data, gasLimit: 15_000_000n});
      if (execResult.exceptionError !== undefined) throw new Error(`${title}: ${execResult.exceptionError.error}`);
      gas = execResult.executionGasUsed;
    });
    rows.push(rowOf(title, ns, gas));
  }
  const idle = await measureNs(() => evm.runCall({to: addressOf(`0x${'00'.repeat(19)}04`), gasLimit: 100_000n}));
  printTable(['standard precompile', 'µs', 'gas', 'ns/gas', ''], rows);
  console.log(`The times include ${(idle / 1_000).toFixed(1)} µs of the reference EVM for the call itself.\n`);
}

function rowOf(title: string, ns: number, gas: bigint): string[] {
  const perGas = ns / Number(gas);
  const verdict = perGas > NS_PER_GAS_MAX ? `over ${NS_PER_GAS_MAX}` : '';
  return [title, (ns / 1_000).toFixed(1), gas.toLocaleString('en'), perGas.toFixed(1), verdict];
}

/** A valid key with `count` inputs that differs from the others by its α. */
function keyWith(base: Uint8Array, count: number, i: number): Uint8Array {
  const alpha = bn254().multiply(concat(base.subarray(0, 64), word(BigInt(i + 2))));
  const ic = Array.from({length: count + 1}, (_, j) => base.subarray(448 + 64 * (j % 4), 512 + 64 * (j % 4)));
  return concat(alpha, base.subarray(64, 448), ...ic);
}

function largeScalar(i: number): bigint {
  return BigInt(`0x${createHash('sha256').update(`scalar ${i}`).digest('hex')}`) >> 3n;
}

function p256Call(): Uint8Array {
  // EIP-7951 test vectors (Wycheproof): a signature that holds.
  return bytes(
    '0x4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d' +
      'a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac' +
      '36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60' +
      '4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3' +
      '7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e',
  );
}
