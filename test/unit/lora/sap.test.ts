import {beforeAll, describe, expect, it} from '@jest/globals';
import {Common, Hardfork, Mainnet} from '@ethereumjs/common';
import type {EVM} from '@ethereumjs/evm';
import {SimpleStateManager} from '@ethereumjs/statemanager';
import {Account, Address, hexToBytes} from '@ethereumjs/util';
import {decodeErrorResult, decodeFunctionResult, encodeFunctionData} from 'viem';
import type {Abi} from 'viem';
import {initPrecompiles, loraProof, LORA_PROOF_GAS, sapGenesisAccounts} from '#precompiles';
import type {SapCall, SapResult} from '#precompiles';
import {encodeLoraShape, LORA_REPETITIONS, loraRegistrationLayout} from '#precompiles/codec';
import {createEvm, customCrypto} from '#precompiles/evm';
import {verifyLora} from '#precompiles/lora';
import type {LoraClaim} from '#precompiles/lora';
import {loraProofAbi} from '#protocols/abi';
import {proveRegistration} from '../../../protocols/services/lora/register.ts';
import {compile} from '../../support/solc.ts';
import {bytes, call, hex, MemoryStorage} from '../precompiles/support.ts';
import {claimOf, CONTEXT, flip, moduleOf, seeded, shapeOf} from './support.ts';

const SHAPE = shapeOf(40, 2, 33);
const module = moduleOf(SHAPE, 'sap');
const COMMITMENT = hex(module.commitment);
const BINDING = hex(CONTEXT.binding);
const layout = loraRegistrationLayout([SHAPE]);
const shape16 = hex(encodeLoraShape(SHAPE));

function registerData(proof: Uint8Array, first: number, count: number, binding = BINDING): Uint8Array {
  const at = layout.announcementsBytes + first * layout.responseBytes;
  const responses = proof.subarray(at, at + count * layout.responseBytes);
  return bytes(encodeFunctionData({
    abi: loraProofAbi, functionName: 'register',
    args: [shape16, hex(module.rows), binding, hex(proof.subarray(0, layout.announcementsBytes)), BigInt(first), hex(responses)],
  }));
}

function verifyData(claim: LoraClaim, commitment = COMMITMENT): Uint8Array {
  return bytes(encodeFunctionData({
    abi: loraProofAbi, functionName: 'verify',
    args: [commitment, hex(claim.context.binding), hex(encodeLoraShape(claim.shape)), hex(claim.rows), hex(claim.inputs), hex(claim.outputs), hex(claim.proof)],
  }));
}

const registrationData = (commitment = COMMITMENT): Uint8Array =>
  bytes(encodeFunctionData({abi: loraProofAbi, functionName: 'registration', args: [commitment]}));
const errorOf = ({output}: SapResult): string => decodeErrorResult({abi: loraProofAbi, data: hex(output)}).errorName;
const answerOf = ({status, output}: SapResult): unknown => {
  expect(status).toBe('success');
  return decodeFunctionResult({abi: loraProofAbi, functionName: 'verify', data: hex(output)});
};

const proof = proveRegistration([module], CONTEXT, seeded('sap registration'));

async function registered(options: Partial<SapCall> = {}): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  for (const [first, count] of [[0, 50], [50, 50], [100, 28]] as const) {
    expect((await call(loraProof, registerData(proof, first, count), {storage, ...options})).status).toBe('success');
  }
  return storage;
}

beforeAll(() => initPrecompiles());

describe('SAP 0x0a06: registering', () => {
  it('takes the responses in parts, in any order, and is done with the last', async () => {
    const storage = new MemoryStorage();
    const missing: bigint[] = [];
    for (const [first, count] of [[100, 28], [0, 60], [30, 60], [90, 10]] as const) {
      const {status, output} = await call(loraProof, registerData(proof, first, count), {storage});
      expect(status).toBe('success');
      const [commitment, left] = decodeFunctionResult({abi: loraProofAbi, functionName: 'register', data: hex(output)});
      expect(commitment).toBe(COMMITMENT);
      missing.push(left);
      const found = await call(loraProof, registrationData(), {storage, isStatic: true});
      expect(found.status).toBe(left === 0n ? 'success' : 'revert');
    }
    expect(missing).toEqual([100n, 40n, 10n, 0n]);
    const {output} = await call(loraProof, registrationData(), {storage, isStatic: true, isDelegate: true});
    const [registrant, binding] = decodeFunctionResult({abi: loraProofAbi, functionName: 'registration', data: hex(output)});
    expect([registrant.toLowerCase(), binding]).toEqual([CONTEXT.caller, BINDING]);
    expect(errorOf(await call(loraProof, registerData(proof, 0, 1), {storage}))).toBe('AlreadyRegistered');
  });

  it('serves nobody else, no other binding and no other chain', async () => {
    const data = registerData(proof, 0, 1);
    for (const options of [{caller: '0x00000000000000000000000000000000000000ab'}, {chainId: 1n}] as const) {
      expect(errorOf(await call(loraProof, data, options))).toBe('InvalidRegistration');
    }
    expect(errorOf(await call(loraProof, registerData(proof, 0, 1, hex(new Uint8Array(32)))))).toBe('InvalidRegistration');
  });

  it('writes in no static or delegated call, and takes no coins', async () => {
    const data = registerData(proof, 0, 1);
    expect(errorOf(await call(loraProof, data, {isStatic: true}))).toBe('WriteRefused');
    expect(errorOf(await call(loraProof, data, {isDelegate: true}))).toBe('WriteRefused');
    expect(errorOf(await call(loraProof, data, {value: 1n}))).toBe('ValueRefused');
  });

  it('refuses responses that do not hold, and remembers nothing of them', async () => {
    const storage = new MemoryStorage();
    const wrong = flip(proof, layout.announcementsBytes + 40);
    expect(errorOf(await call(loraProof, registerData(wrong, 0, 4), {storage}))).toBe('InvalidRegistration');
    expect(storage.slots.size).toBe(0);
  });
});

describe('SAP 0x0a06: verifying', () => {
  it('answers as the verifier does, whatever is changed', async () => {
    const storage = await registered();
    const claim = claimOf(module, 2, 'sap claim');
    const cases: LoraClaim[] = [
      claim,
      ...[0, 100, 600, 700, 1_500, claim.proof.length - 1].map((offset) => ({...claim, proof: flip(claim.proof, offset)})),
      {...claim, inputs: flip(claim.inputs, 3)},
      {...claim, outputs: flip(claim.outputs, 9)},
      {...claim, context: {...CONTEXT, binding: new Uint8Array(32)}},
    ];
    for (const [i, changed] of cases.entries()) {
      const answer = answerOf(await call(loraProof, verifyData(changed), {storage, isStatic: true}));
      expect([i, answer]).toEqual([i, i === 0]);
      expect(verifyLora({...changed, context: {...CONTEXT, binding: changed.context.binding}})).toBe(answer);
    }
    // A proof of another module, with that module's rows.
    const other = claimOf(moduleOf(SHAPE, 'elsewhere'), 2, 'sap claim');
    expect(verifyLora(other)).toBe(true);
    expect(answerOf(await call(loraProof, verifyData(other), {storage}))).toBe(false);
    for (const options of [{caller: '0x00000000000000000000000000000000000000ab'}, {chainId: 1n}] as const) {
      expect(answerOf(await call(loraProof, verifyData(claim), {storage, ...options}))).toBe(false);
    }
    expect(errorOf(await call(loraProof, verifyData(claim, hex(new Uint8Array(32))), {storage}))).toBe('UnknownCommitment');
    expect(errorOf(await call(loraProof, registrationData(hex(new Uint8Array(32))), {storage}))).toBe('UnknownCommitment');
  });

  it('has one canonical failure for every call that is none', async () => {
    const storage = await registered();
    const data = verifyData(claimOf(module, 1, 'malformed'));
    const malformed = async (changed: Uint8Array): Promise<void> => {
      const result = await call(loraProof, changed, {storage});
      expect([result.status, errorOf(result), result.gasUsed]).toEqual(['revert', 'MalformedCall', LORA_PROOF_GAS.lookup]);
    };
    const word = (index: number, value: number): Uint8Array => {
      const changed = data.slice();
      changed.fill(0, 4 + 32 * index, 36 + 32 * index);
      new DataView(changed.buffer).setUint32(32 + 32 * index, value);
      return changed;
    };
    await malformed(new Uint8Array(0));
    await malformed(data.subarray(0, 3));
    for (let length = 4; length < data.length; length += 1_111) await malformed(data.subarray(0, length));
    await malformed(Uint8Array.from([...data, 0]));
    await malformed(Uint8Array.from([...data, ...new Uint8Array(32)]));
    // Offsets and lengths of the dynamic arguments.
    for (const index of [3, 4, 5, 6, 7]) for (const value of [0, 1, 31, 0xffff_ffff]) await malformed(word(index, value));
    // Shapes over the limits, with padding, or not of these parts.
    const shapeAt = 4 + 64;
    for (const [offset, value] of [[0, 1], [3, 41], [9, 0], [8, 2], [11, 33], [12, 9], [13, 1], [16, 1], [31, 1]] as const) {
      const changed = data.slice();
      changed[shapeAt + offset] = value;
      await malformed(changed);
    }
    const register = registerData(proof, 0, 3);
    for (const length of [4, 100, register.length - 1, register.length - 32]) await malformed(register.subarray(0, length));
    for (const first of [126, 128, 0xffff_ffff]) {
      const changed = register.slice();
      new DataView(changed.buffer).setUint32(4 + 4 * 32 + 28, first);
      await malformed(changed);
    }
  });

  it('charges first, by the bytes of the call alone', async () => {
    const storage = await registered();
    for (const data of [verifyData(claimOf(module, 1, 'gas')), registerData(proof, 0, 2), registrationData()]) {
      const gas = loraProof.gas(data);
      expect(gas).toBeGreaterThanOrEqual(LORA_PROOF_GAS.lookup);
      expect(await call(loraProof, data, {gas: gas - 1n, storage})).toEqual({status: 'failure', output: new Uint8Array(0), gasUsed: gas - 1n});
      expect((await call(loraProof, data, {gas, storage})).gasUsed).toBe(gas);
      expect((await call(loraProof, data, {gas, storage: new MemoryStorage()})).gasUsed).toBe(gas);
    }
    // Registering a module of GPT-2's size fits into transactions: EIP-7825 allows 16,777,216 gas.
    expect(loraProof.gas(registerData(proof, 0, LORA_REPETITIONS))).toBeLessThan(16_777_216n);
  });
});

describe('SAP 0x0a06 in the EVM', () => {
  const SOURCE = `
pragma solidity ^0.8.28;
import {ILoraProof} from "qanat/protocols/contracts/interfaces/ILoraProof.sol";
contract Caller {
  ILoraProof constant LORA = ILoraProof(address(0x0a06));
  error Undo();
  function forward(bytes calldata data) public returns (bytes memory) {
    (bool ok, bytes memory answer) = address(LORA).call(data);
    if (!ok) assembly { revert(add(answer, 32), mload(answer)) }
    return answer;
  }
  function forwardAndRevert(bytes calldata data) external { forward(data); revert Undo(); }
  function registeredAfterRevert(bytes calldata data, bytes32 commitment) external returns (bool) {
    try this.forwardAndRevert(data) {} catch {}
    try LORA.registration(commitment) returns (address, bytes32) { return true; } catch { return false; }
  }
  function verify(bytes32 commitment, bytes32 binding, bytes16 shape, bytes calldata rows, bytes calldata x, bytes calldata y, bytes calldata proof)
    external view returns (bool) { return LORA.verify(commitment, binding, shape, rows, x, y, proof); }
}`;
  const CALLER = new Address(hexToBytes('0x00000000000000000000000000000000000ca11e'));
  const caller = CALLER.toString() as `0x${string}`;
  let evm: EVM;
  let abi: Abi;

  beforeAll(async () => {
    const common = new Common({chain: Mainnet, hardfork: Hardfork.Osaka, customCrypto: await customCrypto()});
    const stateManager = new SimpleStateManager({common});
    evm = await createEvm({common, stateManager});
    for (const account of sapGenesisAccounts()) {
      const address = new Address(hexToBytes(account.address));
      await stateManager.putAccount(address, new Account(account.nonce, account.balance));
      await stateManager.putCode(address, account.code);
    }
    const contract = compile(SOURCE)['Caller']!;
    abi = contract.abi as Abi;
    const {createdAddress} = await evm.runCall({data: hexToBytes(contract.bytecode), gasLimit: 10_000_000n});
    await stateManager.putAccount(CALLER, new Account(1n, 0n));
    await stateManager.putCode(CALLER, await stateManager.getCode(createdAddress!));
  });

  async function run(functionName: string, args: readonly unknown[]): Promise<unknown> {
    const data = hexToBytes(encodeFunctionData({abi, functionName, args}));
    const {execResult} = await evm.runCall({to: CALLER, data, gasLimit: 40_000_000n});
    if (execResult.exceptionError !== undefined) throw new Error(decodeErrorResult({abi: loraProofAbi, data: hex(execResult.returnValue)}).errorName);
    return decodeFunctionResult({abi, functionName, data: hex(execResult.returnValue)});
  }

  it('registers for a contract, undoes with the call that reverts, and verifies for that contract only', async () => {
    const context = {...CONTEXT, chainId: 1n, caller};
    const own = proveRegistration([module], context, seeded('evm registration'));
    const whole = registerData(own, 0, LORA_REPETITIONS);
    expect(await run('registeredAfterRevert', [hex(whole), COMMITMENT])).toBe(false);
    await run('forward', [hex(whole)]);
    await expect(run('forward', [hex(whole)])).rejects.toThrow('AlreadyRegistered');
    const claim = claimOf(module, 2, 'evm', context);
    const args = [COMMITMENT, BINDING, shape16, hex(module.rows), hex(claim.inputs), hex(claim.outputs), hex(claim.proof)] as const;
    expect(await run('verify', args)).toBe(true);
    expect(await run('verify', args.with(6, hex(flip(claim.proof, 1_000))))).toBe(false);
    expect(await run('verify', args.with(5, hex(flip(claim.outputs, 0))))).toBe(false);
    const direct = await evm.runCall({to: new Address(hexToBytes(loraProof.address)), data: verifyData(claim), gasLimit: 10_000_000n});
    expect(BigInt(hex(direct.execResult.returnValue))).toBe(0n);
  });
});
