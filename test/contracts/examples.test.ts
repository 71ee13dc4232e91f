import {beforeAll, describe, expect, it} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {proofGateAbi, proofGateBytecode} from '#protocols/abi';
import {encodeProof, encodeVerificationKey} from '#precompiles/codec';
import type {EvmChain} from '../support/evm-chain.ts';
import {Groth16Simulator} from '../support/groth16-simulator.ts';
import {compile} from '../support/solc.ts';
import {alice, bob, groth16, mallory, newChain, refusalOf} from './world.ts';
import type {Hex} from './world.ts';

const hex = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`;

let chain: EvmChain;
beforeAll(async () => {
  chain = await newChain();
});

describe('the example of calling the native verifier from Solidity', () => {
  const circuit = new Groth16Simulator(2, 'gate');

  it('admits who proves its circuit\'s statement, and nobody with another\'s proof', async () => {
    const gate = await chain.deploy(alice, {abi: proofGateAbi, bytecode: proofGateBytecode}, [circuit.verificationKey]);
    expect(await chain.read(gate, 'keyHash', [])).toBe(circuit.keyHash);
    expect(await chain.read(groth16, 'isRegistered', [circuit.keyHash])).toBe(true);
    const proof = circuit.prove([5n, BigInt(bob)]);
    expect(await refusalOf(chain.write(mallory, gate, 'enter', [[5n, BigInt(bob)], proof]))).toBe('ProofNotForCaller');
    expect(await refusalOf(chain.write(mallory, gate, 'enter', [[5n, BigInt(mallory)], proof]))).toBe('InvalidProof');
    expect(await refusalOf(chain.write(bob, gate, 'enter', [[6n, BigInt(bob)], proof]))).toBe('InvalidProof');
    await chain.write(bob, gate, 'enter', [[5n, BigInt(bob)], proof]);
    expect(await chain.read(gate, 'admitted', [bob])).toBe(true);
    expect(await chain.read(gate, 'admitted', [mallory])).toBe(false);
  });

  it('cannot be deployed with a key that the chain refuses', async () => {
    const truncated = circuit.verificationKey.slice(0, -128) as Hex;
    const bad = `${truncated}${'11'.repeat(64)}` as Hex;
    expect(await refusalOf(chain.deploy(alice, {abi: proofGateAbi, bytecode: proofGateBytecode}, [bad]))).toBe('InvalidKey');
  });
});

describe('a proof that snarkjs made', () => {
  it('is verified for a contract', async () => {
    const {Reader} = compile(`
      pragma solidity ^0.8.28;
      import {IGroth16} from "qanat/protocols/contracts/interfaces/IGroth16.sol";
      contract Reader {
        IGroth16 constant GROTH16 = IGroth16(0x0000000000000000000000000000000000000a01);
        function check(bytes32 keyHash, uint256[] calldata inputs, bytes calldata proof) external view returns (bool) {
          return GROTH16.verify(keyHash, inputs, proof);
        }
      }`);
    const reader = await chain.deploy(alice, Reader!);
    const {key, proofs} = JSON.parse(readFileSync('test/unit/precompiles/fixtures/multiplier.json', 'utf8')) as {
      key: unknown;
      proofs: {proof: unknown; publicSignals: string[]}[];
    };
    const verificationKey = hex(encodeVerificationKey(key));
    const receipt = await chain.write(alice, groth16, 'registerKey', [verificationKey]);
    for (const {proof, publicSignals} of proofs) {
      const inputs = publicSignals.map(BigInt);
      const bytes = hex(encodeProof(proof));
      expect(await chain.read(reader, 'check', [receipt.returnData, inputs, bytes])).toBe(true);
      const [first = 0n, ...rest] = inputs;
      expect(await chain.read(reader, 'check', [receipt.returnData, [first + 1n, ...rest], bytes])).toBe(false);
    }
  });
});
