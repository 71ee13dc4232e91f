import {createHash} from 'node:crypto';
import {beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {Common, Hardfork, Mainnet} from '@ethereumjs/common';
import {getActivePrecompiles} from '@ethereumjs/evm';
import type {EVM} from '@ethereumjs/evm';
import {SimpleStateManager} from '@ethereumjs/statemanager';
import {createLegacyTx} from '@ethereumjs/tx';
import {Account, Address, createAddressFromPrivateKey, hexToBytes} from '@ethereumjs/util';
import {createVM, runTx} from '@ethereumjs/vm';
import type {Abi} from 'viem';
import {decodeErrorResult, decodeFunctionResult, encodeFunctionData} from 'viem';
import {groth16, sapGenesisAccounts} from '#precompiles';
import {decodePublicInputs, encodeProof, encodeVerificationKey, keyHash} from '#precompiles/codec';
import {createEvm, customCrypto} from '#precompiles/evm';
import {compile} from '../../support/solc.ts';
import type {TestContract} from '../../support/solc.ts';
import {bytes, concat, fixture, GROTH16_ABI, hex, registerData, verifyData, word} from './support.ts';

const SOURCE = `
pragma solidity ^0.8.28;
import {IGroth16} from "qanat/protocols/contracts/interfaces/IGroth16.sol";
import {IPoseidon} from "qanat/protocols/contracts/interfaces/IPoseidon.sol";

contract Caller {
  IGroth16 constant GROTH16 = IGroth16(address(0x0a01));
  IPoseidon constant POSEIDON = IPoseidon(address(0x0a05));
  error Undo();

  function register(bytes calldata key) external returns (bytes32) { return GROTH16.registerKey(key); }
  function registerAndRevert(bytes calldata key) external { GROTH16.registerKey(key); revert Undo(); }

  /// Registers in a call that reverts, inside a call that does not.
  function registerInRevertedCall(bytes calldata key, bytes32 hash) external returns (bool before, bool afterwards) {
    before = GROTH16.isRegistered(hash);
    try this.registerAndRevert(key) {} catch {}
    afterwards = GROTH16.isRegistered(hash);
  }

  function registerBy(uint256 kind, bytes calldata key) external payable returns (bool ok, bytes memory answer, bool registered) {
    bytes memory data = abi.encodeCall(IGroth16.registerKey, (key));
    if (kind == 0) (ok, answer) = address(GROTH16).staticcall(data);
    if (kind == 1) (ok, answer) = address(GROTH16).delegatecall(data);
    if (kind == 2) (ok, answer) = address(GROTH16).call{value: msg.value}(data);
    if (kind == 3) (ok, answer) = address(this).staticcall(abi.encodeCall(this.register, (key)));
    registered = GROTH16.isRegistered(keccak256(key));
  }

  function verify(bytes32 hash, uint256[] calldata inputs, bytes calldata proof) external view returns (bool) {
    return GROTH16.verify(hash, inputs, proof);
  }

  function verifyWithGas(uint256 gasLimit, bytes32 hash, uint256[] calldata inputs, bytes calldata proof)
    external view returns (bool ok, uint256 length, uint256 used)
  {
    bytes memory data = abi.encodeCall(IGroth16.verify, (hash, inputs, proof));
    uint256 start = gasleft();
    bytes memory answer;
    (ok, answer) = address(GROTH16).staticcall{gas: gasLimit}(data);
    used = start - gasleft();
    length = answer.length;
  }

  function codeOf() external view returns (uint256 size, bytes32 codeHash) {
    return (address(GROTH16).code.length, address(GROTH16).codehash);
  }

  function poseidon(uint256[] calldata inputs) external view returns (uint256) { return POSEIDON.hash(inputs); }
}`;

const SENDER_KEY = new Uint8Array(32).fill(7);
const SENDER = createAddressFromPrivateKey(SENDER_KEY);
const CALLER = new Address(hexToBytes('0x00000000000000000000000000000000000ca11e'));
const GROTH16 = new Address(hexToBytes(groth16.address));

/** 64 bytes that look random. */
const digest = (seed: number): Uint8Array => new Uint8Array(createHash('sha512').update(`${seed}`).digest());

const multiplier = fixture('multiplier');
const key = encodeVerificationKey(multiplier.key);
const hash = keyHash(key);
const inputs = decodePublicInputs(multiplier.proofs[0]!.publicSignals);
const proof = encodeProof(multiplier.proofs[0]!.proof);

let contract: TestContract;
let common: Common;
let stateManager: SimpleStateManager;
let evm: EVM;

beforeAll(async () => {
  contract = compile(SOURCE)['Caller']!;
  common = new Common({chain: Mainnet, hardfork: Hardfork.Osaka, customCrypto: await customCrypto()});
});

beforeEach(async () => {
  stateManager = new SimpleStateManager({common});
  evm = await createEvm({common, stateManager});
  for (const account of sapGenesisAccounts()) {
    const address = new Address(hexToBytes(account.address));
    await stateManager.putAccount(address, new Account(account.nonce, account.balance));
    await stateManager.putCode(address, account.code);
  }
  await stateManager.putAccount(SENDER, new Account(0n, 10n ** 20n));
  const {createdAddress} = await evm.runCall({data: hexToBytes(contract.bytecode), gasLimit: 10_000_000n});
  await stateManager.putAccount(CALLER, new Account(1n, 0n));
  await stateManager.putCode(CALLER, await stateManager.getCode(createdAddress!));
});

async function run(functionName: string, args: readonly unknown[], value = 0n) {
  const data = hexToBytes(encodeFunctionData({abi: contract.abi, functionName, args} as never));
  const {execResult} = await evm.runCall({caller: SENDER, to: CALLER, data, value, gasLimit: 15_000_000n});
  return execResult;
}

async function read<T>(functionName: string, args: readonly unknown[], value = 0n): Promise<T> {
  const {exceptionError, returnValue} = await run(functionName, args, value);
  expect(exceptionError).toBeUndefined();
  return decodeFunctionResult({abi: contract.abi as Abi, functionName, data: hex(returnValue)}) as T;
}

async function isRegistered(): Promise<boolean> {
  const data = hexToBytes(encodeFunctionData({abi: GROTH16_ABI, functionName: 'isRegistered', args: [hash]}));
  const {execResult} = await evm.runCall({to: GROTH16, data, isStatic: true});
  return BigInt(hex(execResult.returnValue)) === 1n;
}

const errorName = (data: Uint8Array) => decodeErrorResult({abi: [...contract.abi, ...GROTH16_ABI] as Abi, data: hex(data)}).errorName;

describe('SAPs called from Solidity', () => {
  it('registers a key, verifies proofs under it and hashes', async () => {
    expect(await read('register', [hex(key)])).toBe(hash);
    expect(await read('verify', [hash, inputs, hex(proof)])).toBe(true);
    expect(await read('verify', [hash, [43n, 11n, 0n], hex(proof)])).toBe(false);
    expect(await read('poseidon', [[1n, 2n]])).toBe(0x115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189an);
  });

  it('hands its errors on to the caller', async () => {
    const unknown = await run('verify', [hash, inputs, hex(proof)]);
    expect([unknown.exceptionError?.error, errorName(unknown.returnValue)]).toEqual(['revert', 'UnknownKey']);
    const invalid = await run('register', [hex(key.subarray(1))]);
    expect(errorName(invalid.returnValue)).toBe('InvalidKey');
  });

  it('has code, for the check that Solidity makes before a call', async () => {
    const [size, codeHash] = await read<[bigint, string]>('codeOf', []);
    expect(size).toBe(1n);
    expect(codeHash).not.toBe(`0x${'00'.repeat(32)}`);
  });

  it('forgets a registration whose own call reverts', async () => {
    const {exceptionError, returnValue} = await run('registerAndRevert', [hex(key)]);
    expect([exceptionError?.error, errorName(returnValue)]).toEqual(['revert', 'Undo']);
    expect(await isRegistered()).toBe(false);
  });

  it('forgets a registration when only an inner call reverts', async () => {
    expect(await read('registerInRevertedCall', [hex(key), hash])).toEqual([false, false]);
    expect(await isRegistered()).toBe(false);
    expect(await read('register', [hex(key)])).toBe(hash);
    expect(await isRegistered()).toBe(true);
  });

  it('forgets a registration in a call that runs out of gas afterwards', async () => {
    const data = hexToBytes(encodeFunctionData({abi: contract.abi, functionName: 'register', args: [hex(key)]} as never));
    const gasLimit = groth16.gas(registerData(key)) + 6_000n;
    const {execResult} = await evm.runCall({caller: SENDER, to: CALLER, data, gasLimit});
    expect(execResult.exceptionError).toBeDefined();
    expect(await isRegistered()).toBe(false);
  });

  it.each([
    ['STATICCALL', 0, 0n, 'WriteRefused'],
    ['DELEGATECALL', 1, 0n, 'WriteRefused'],
    ['CALL with coins', 2, 5n, 'ValueRefused'],
    ['CALL inside a STATICCALL', 3, 0n, 'WriteRefused'],
  ])('refuses to register by %s', async (_, kind, value, expected) => {
    const [ok, answer, registered] = await read<[boolean, `0x${string}`, boolean]>('registerBy', [BigInt(kind), hex(key)], value);
    expect([ok, errorName(bytes(answer)), registered]).toEqual([false, expected, false]);
    expect((await stateManager.getAccount(GROTH16))!.balance).toBe(0n);
    // Nothing in the storage of the contract that delegated either.
    expect(await isRegistered()).toBe(false);
  });

  it('refuses to register by CALLCODE', async () => {
    const data = registerData(key);
    // CALLDATACOPY(0, 0, size); CALLCODE(gas, 0x0a01, 0, 0, size, 0, 0); MSTORE(0, success); RETURN(0, 32)
    const code = bytes(`0x365f5f375f5f365f5f610a015af25f5260205ff3`);
    const address = new Address(hexToBytes('0x00000000000000000000000000000000000c0de0'));
    await stateManager.putAccount(address, new Account(1n, 0n));
    await stateManager.putCode(address, code);
    const {execResult} = await evm.runCall({to: address, data, gasLimit: 10_000_000n});
    expect(execResult.exceptionError).toBeUndefined();
    expect(BigInt(hex(execResult.returnValue))).toBe(0n);
    expect(await isRegistered()).toBe(false);
    // The same code may verify: that writes nothing.
    await read('register', [hex(key)]);
    const verified = await evm.runCall({to: address, data: verifyData(hash, inputs, proof), gasLimit: 10_000_000n});
    expect(BigInt(hex(verified.execResult.returnValue))).toBe(1n);
  });

  it('fails an inner call out of gas by one, and takes no more than was passed on', async () => {
    await read('register', [hex(key)]);
    const gas = groth16.gas(verifyData(hash, inputs, proof));
    const [ok, length] = await read<[boolean, bigint, bigint]>('verifyWithGas', [gas, hash, inputs, hex(proof)]);
    expect([ok, length]).toEqual([true, 32n]);
    const [okShort, lengthShort, used] = await read<[boolean, bigint, bigint]>('verifyWithGas', [gas - 1n, hash, inputs, hex(proof)]);
    expect([okShort, lengthShort]).toEqual([false, 0n]);
    expect(used).toBeLessThan(gas + 5_000n);
  });
});

describe('SAPs in transactions', () => {
  async function send(to: Address, data: Uint8Array, saps = true) {
    const machine = saps ? evm : await createEvm({common, stateManager, saps: []});
    const vm = await createVM({common, stateManager, evm: machine});
    const {nonce} = (await stateManager.getAccount(SENDER))!;
    const tx = createLegacyTx({to, data, nonce, gasPrice: 10n, gasLimit: 2_000_000n}, {common}).sign(SENDER_KEY);
    return runTx(vm, {tx, skipHardForkValidation: true, skipBlockGasLimitValidation: true});
  }

  it('can be called directly, and costs what the call costs', async () => {
    const registration = await send(GROTH16, registerData(key));
    expect(registration.execResult.exceptionError).toBeUndefined();
    expect(await isRegistered()).toBe(true);
    const data = verifyData(hash, inputs, proof);
    const verification = await send(GROTH16, data);
    expect(BigInt(hex(verification.execResult.returnValue))).toBe(1n);
    const zeros = data.filter((byte) => byte === 0).length;
    expect(verification.totalGasSpent).toBe(21_000n + BigInt(4 * zeros + 16 * (data.length - zeros)) + groth16.gas(data));
  });

  it('keeps its account through the clearing of touched accounts (EIP-161)', async () => {
    await send(GROTH16, registerData(key));
    await send(GROTH16, bytes('0x12345678'));
    expect((await stateManager.getAccount(GROTH16))!.nonce).toBe(1n);
    expect(await isRegistered()).toBe(true);
  });

  it('is warm from the start, as standard precompiles are', async () => {
    // PUSH2 0x0a01; BALANCE; STOP
    const address = new Address(hexToBytes('0x00000000000000000000000000000000000ba1a0'));
    await stateManager.putAccount(address, new Account(1n, 0n));
    await stateManager.putCode(address, bytes('0x610a013100'));
    expect((await send(address, new Uint8Array(0))).totalGasSpent).toBe(21_000n + 3n + 100n);
    expect((await send(address, new Uint8Array(0), false)).totalGasSpent).toBe(21_000n + 3n + 2_600n);
  });

  it('is an invalid instruction when turned off', async () => {
    const result = await send(GROTH16, registerData(key), false);
    expect(result.execResult.exceptionError?.error).toBe('invalid opcode');
  });

  it('stays in an EVM that is copied', async () => {
    await send(GROTH16, registerData(key));
    const copy = evm.shallowCopy();
    expect(copy.getPrecompile(groth16.address)).toBeDefined();
    copy.stateManager = stateManager;
    const {execResult} = await copy.runCall({to: GROTH16, data: verifyData(hash, inputs, proof), gasLimit: 1_000_000n});
    expect(BigInt(hex(execResult.returnValue))).toBe(1n);
  });
});

describe('standard precompiles of the same machine', () => {
  async function callPrecompile(address: number, data: Uint8Array) {
    const to = new Address(hexToBytes(`0x${address.toString(16).padStart(40, '0')}`));
    return (await evm.runCall({to, data, gasLimit: 5_000_000n})).execResult;
  }

  it('recovers an address as published vectors have it (geth, ecRecover.json)', async () => {
    const data = bytes(
      '0x18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c' +
        '000000000000000000000000000000000000000000000000000000000000001c' +
        '73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f' +
        'eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549',
    );
    const good = await callPrecompile(1, data);
    expect(hex(good.returnValue)).toBe('0x000000000000000000000000a94f5374fce5edbc8e2a8697c15331677e6ebf0b');
    for (const v of [0n, 1n, 26n, 29n]) {
      const bad = await callPrecompile(1, concat(data.subarray(0, 32), word(v), data.subarray(64)));
      expect([bad.exceptionError, bad.returnValue.length]).toEqual([undefined, 0]);
    }
    const zeroR = await callPrecompile(1, concat(data.subarray(0, 64), new Uint8Array(32), data.subarray(96)));
    expect([zeroR.exceptionError, zeroR.returnValue.length]).toEqual([undefined, 0]);
  });

  it('hashes as published vectors have it, for inputs of any length', async () => {
    const sha = await callPrecompile(2, new TextEncoder().encode('abc'));
    expect(hex(sha.returnValue)).toBe('0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const {keccak256} = common.customCrypto;
    expect(hex(keccak256!(new Uint8Array(0)))).toBe('0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
    expect(keccak256!(new Uint8Array(1_000))).not.toEqual(keccak256!(new Uint8Array(1_001)));
  });

  it('verifies P-256 signatures as EIP-7951 has it', async () => {
    // Wycheproof, by way of geth's p256Verify.json.
    const data = bytes(
      '0x4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d' +
        'a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac' +
        '36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60' +
        '4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3' +
        '7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e',
    );
    const good = await callPrecompile(0x100, data);
    expect([hex(good.returnValue), good.executionGasUsed]).toEqual([hex(word(1n)), 6_900n]);
    const bad = await callPrecompile(0x100, concat(data.subarray(0, 31), Uint8Array.of(0), data.subarray(32)));
    expect([bad.exceptionError, bad.returnValue.length, bad.executionGasUsed]).toEqual([undefined, 0, 6_900n]);
    const {execResult} = await evm.runCall({to: new Address(hexToBytes(`0x${'100'.padStart(40, '0')}`)), data, gasLimit: 6_899n});
    expect([execResult.exceptionError?.error, execResult.executionGasUsed]).toEqual(['out of gas', 6_899n]);
  });

  it('has no P-256 in forks before Osaka', async () => {
    const prague = new Common({chain: Mainnet, hardfork: Hardfork.Prague, customCrypto: common.customCrypto});
    const older = await createEvm({common: prague, stateManager: new SimpleStateManager({common: prague}), saps: []});
    expect(older.getPrecompile(`0x${'100'.padStart(40, '0')}`)).toBeUndefined();
    prague.setHardfork(Hardfork.Osaka);
    expect(older.getPrecompile(`0x${'100'.padStart(40, '0')}`)).toBeDefined();
  });

  it('runs the rounds of BLAKE2b as EIP-152 has them, and as @ethereumjs/evm does', async () => {
    // Test vector 5 of EIP-152: BLAKE2b of "abc", as in RFC 7693.
    const abc = concat(
      bytes('0x48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b'),
      bytes('0x616263'), new Uint8Array(125), Uint8Array.of(3), new Uint8Array(15),
    );
    const input = (rounds: number, state: Uint8Array, flag: number): Uint8Array => concat(word(BigInt(rounds)).subarray(28), state, Uint8Array.of(flag));
    const official = await callPrecompile(9, input(12, abc, 1));
    expect([hex(official.returnValue), official.executionGasUsed]).toEqual([
      '0xba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
      12n,
    ]);
    const theirs = getActivePrecompiles(common).get(`${'0'.repeat(39)}9`)!;
    for (const [index, rounds] of [0, 1, 9, 10, 11, 9_999, 10_000, 10_013].entries()) {
      const data = input(rounds, concat(...[0, 100, 200].map((seed) => digest(seed + index)), digest(300 + index).subarray(0, 16)), index % 2);
      const reference = await theirs({data, gasLimit: 1_000_000n, common, _EVM: evm});
      expect([rounds, hex((await callPrecompile(9, data)).returnValue)]).toEqual([rounds, hex(reference.returnValue)]);
    }
    for (const wrong of [input(1, abc, 2), input(1, abc, 1).subarray(0, 212), concat(input(1, abc, 1), Uint8Array.of(0))]) {
      const {exceptionError, executionGasUsed, returnValue} = await callPrecompile(9, wrong);
      expect([exceptionError?.error, executionGasUsed, returnValue.length]).toEqual(['value out of range', 5_000_000n, 0]);
    }
    const {execResult} = await evm.runCall({to: new Address(hexToBytes(`0x${'9'.padStart(40, '0')}`)), data: input(12, abc, 1), gasLimit: 11n});
    expect([execResult.exceptionError?.error, execResult.executionGasUsed]).toEqual(['out of gas', 11n]);
  });

  it('takes all gas for a point off the curve', async () => {
    const {exceptionError, executionGasUsed} = await callPrecompile(6, concat(word(1n), word(1n), word(1n), word(2n)));
    expect(exceptionError).toBeDefined();
    expect(executionGasUsed).toBe(5_000_000n);
  });

  it('answers 0x0a instead of throwing out of the machine', async () => {
    const wrongLength = await callPrecompile(0x0a, new Uint8Array(191));
    expect(wrongLength.exceptionError).toBeDefined();
    const commitment = bytes(`0xc0${'00'.repeat(47)}`);
    const versioned = bytes('0x010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014');
    const zeroPolynomial = await callPrecompile(0x0a, concat(versioned, word(3n), word(0n), commitment, commitment));
    expect(zeroPolynomial.exceptionError).toBeUndefined();
    expect(BigInt(hex(zeroPolynomial.returnValue.subarray(0, 32)))).toBe(4096n);
    const falseValue = await callPrecompile(0x0a, concat(versioned, word(3n), word(1n), commitment, commitment));
    expect(falseValue.exceptionError).toBeDefined();
  });
});
