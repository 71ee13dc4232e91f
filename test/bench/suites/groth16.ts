/**
 * One proof, three verifiers, the same run, in processor time (snarkjs spreads its work over threads: it waits
 * for less). The ratios are what counts.
 */
import {execFileSync} from 'node:child_process';
import {decodeFunctionResult, encodeFunctionData} from 'viem';
import type {Abi} from 'viem';
import {callSap, groth16, initPrecompiles} from '#precompiles';
import type {SapStorage} from '#precompiles';
import {decodePublicInputs, encodeProof, encodeVerificationKey, keyHash} from '#precompiles/codec';
import {compile} from '../../support/solc.ts';
import {fixture, hex, MemoryStorage, registerData, verifyData} from '../../unit/precompiles/support.ts';
import {decodeKey} from '../../../precompiles/groth16/key.ts';
import {verifyProof} from '../../../precompiles/groth16/verify.ts';
import {addressOf, createMachine} from '../machine.ts';
import {measureNs, milliseconds, printMachine, printTable} from '../measure.ts';

/** The usual verifier: Σ by 0x06 and 0x07, four pairings by 0x08, the key in calldata. */
const VERIFIER = `
pragma solidity ^0.8.28;
contract PairingVerifier {
  uint256 constant MODULUS = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

  function verify(bytes calldata key, uint256[] calldata inputs, bytes calldata proof) external view returns (bool) {
    bytes memory sum = key[448:512];
    for (uint256 i = 0; i < inputs.length; i++) {
      (bool multiplied, bytes memory product) = address(7).staticcall(abi.encodePacked(key[512 + 64 * i:576 + 64 * i], inputs[i]));
      require(multiplied);
      bool added;
      (added, sum) = address(6).staticcall(abi.encodePacked(sum, product));
      require(added);
    }
    bytes memory pairs = abi.encodePacked(proof[0:32], MODULUS - uint256(bytes32(proof[32:64])), proof[64:192], key[0:192]);
    pairs = abi.encodePacked(pairs, sum, key[192:320], proof[192:256], key[320:448]);
    (bool paired, bytes memory answer) = address(8).staticcall(pairs);
    return paired && abi.decode(answer, (bool));
  }
}`;

const SNARKJS = `
import * as snarkjs from 'snarkjs';
let input = '';
for await (const chunk of process.stdin) input += chunk;
const {key, publicSignals, proof} = JSON.parse(input);
for (let i = 0; i < 5; i++) if (!(await snarkjs.groth16.verify(key, publicSignals, proof))) throw new Error('refused');
const times = [];
for (let i = 0; i < 25; i++) {
  const start = process.cpuUsage();
  await snarkjs.groth16.verify(key, publicSignals, proof);
  const {user, system} = process.cpuUsage(start);
  times.push((user + system) * 1_000);
}
await globalThis.curve_bn128.terminate();
process.stdout.write(String(Math.min(...times)));
`;

export async function run(): Promise<void> {
  printMachine();
  await initPrecompiles();
  for (const name of ['multiplier', 'wide'] as const) await compare(name);
}

async function compare(name: 'multiplier' | 'wide'): Promise<void> {
  const {key: keyJson, proofs} = fixture(name);
  const {proof: proofJson, publicSignals} = proofs[0]!;
  const key = encodeVerificationKey(keyJson);
  const inputs = decodePublicInputs(publicSignals);
  const proof = encodeProof(proofJson);

  const storage = new MemoryStorage();
  await sap(storage, registerData(key));
  const data = verifyData(keyHash(key), inputs, proof);
  const inputBytes = Uint8Array.from(Buffer.concat(publicSignals.map((x) => Buffer.from(BigInt(x).toString(16).padStart(64, '0'), 'hex'))));
  const cached = await measureNs(() => sap(storage, data));
  const uncached = await measureNs(() => {
    if (!verifyProof(decodeKey(key), inputBytes, proof)) throw new Error('refused');
  });
  const theirs = Number(
    execFileSync(process.execPath, ['--input-type=module', '-e', SNARKJS], {
      cwd: process.cwd(),
      env: {...process.env, NODE_OPTIONS: ''},
      input: JSON.stringify({key: keyJson, publicSignals, proof: proofJson}),
    }).toString(),
  );
  const solidity = await solidityVerifier(key, inputs, proof);

  console.log(`Groth16 over BN254, ${inputs.length} public inputs\n`);
  const row = (title: string, ns: number, gas?: bigint) => [
    title,
    milliseconds(ns),
    `${(ns / cached).toFixed(2)}×`,
    gas === undefined ? '' : gas.toLocaleString('en'),
    gas === undefined ? '' : (ns / Number(gas)).toFixed(1),
  ];
  printTable(
    ['verifier', 'processor time', 'of 0x0a01', 'gas', 'ns/gas'],
    [
      row('SAP 0x0a01', cached, groth16.gas(data)),
      row('SAP 0x0a01, key not in the cache', uncached, groth16.gas(data)),
      row('Solidity over 0x06–0x08 (mcl)', solidity.ns, solidity.gas),
      row('snarkjs', theirs),
    ],
  );
}

async function sap(storage: SapStorage, data: Uint8Array): Promise<void> {
  const caller = '0x0000000000000000000000000000000000000001';
  const context = {chainId: 7259n, gas: 30_000_000n, caller, value: 0n, isStatic: false, isDelegate: false, storage} as const;
  const {status, output} = await callSap(groth16, {data, ...context});
  if (status !== 'success' || output.at(-1) === 0) throw new Error(`0x0a01 answered ${status} ${hex(output)}`);
}

async function solidityVerifier(key: Uint8Array, inputs: readonly bigint[], proof: Uint8Array): Promise<{ns: number; gas: bigint}> {
  const contract = compile(VERIFIER)['PairingVerifier']!;
  const evm = await createMachine();
  const {createdAddress} = await evm.runCall({data: Buffer.from(contract.bytecode.slice(2), 'hex'), gasLimit: 10_000_000n});
  const call = {abi: contract.abi as Abi, functionName: 'verify', args: [hex(key), inputs, hex(proof)]};
  const data = Uint8Array.from(Buffer.from(encodeFunctionData(call).slice(2), 'hex'));
  let gas = 0n;
  const ns = await measureNs(async () => {
    const {execResult} = await evm.runCall({to: addressOf(createdAddress!.toString()), data, gasLimit: 15_000_000n});
    if (decodeFunctionResult({...call, data: hex(execResult.returnValue)}) !== true) throw new Error('the Solidity verifier refused');
    gas = execResult.executionGasUsed;
  });
  return {ns, gas};
}
