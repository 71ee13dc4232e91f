import {afterEach, beforeAll, beforeEach, describe, expect, it} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {encodeAbiParameters, encodeFunctionData, keccak256, pad, stringToBytes, toFunctionSelector, toHex} from 'viem';
import type {Abi, AbiFunction} from 'viem';
import * as abis from '#protocols/abi';
import {sapGenesisAccounts} from '#precompiles';
import {
  ADMIN_SLOT,
  CODE_ADDRESSES,
  GOVERNANCE_ADDRESS,
  GOVERNOR_TIMELOCK_SLOT,
  IMPLEMENTATION_SLOT,
  NATIVE_ADDRESSES,
  RESERVED_ADDRESSES,
  SYSTEM_ADDRESSES,
  TEMPLATE_ADDRESSES,
  implementationAddress,
  systemContracts,
} from '#protocols/genesis';
import {CONTRACTS_FOLDER, compileSolidity, readContracts} from '../../scripts/solidity.ts';
import type {CompiledContract} from '../../scripts/solidity.ts';
import type {EvmChain} from '../support/evm-chain.ts';
import {compile} from '../support/solc.ts';
import {alice, attribution, eventsOf, mallory, newChain, refusalOf, register, registry, signers, termsOf} from './world.ts';
import type {Hex} from './world.ts';

const SYSTEM = [
  'ApiMetering',
  'AssetRegistry',
  'Attribution',
  'Bonds',
  'BreachDisputes',
  'Foundation',
  'Governor',
  'Identity',
  'InferenceOracle',
  'Licensing',
  'Marketplace',
  'NodeUpgrades',
  'OracleOperators',
  'OwnershipReceipts',
  'Partnerships',
  'Shares',
  'Timelock',
  'TrainingJobs',
  'Treasury',
  'VaultAccess',
  'VotingPower',
];
/** It keeps nothing but its balance. */
const WITHOUT_STORAGE = ['Treasury'];
/** Runs on another contract's storage. */
const PARTS = ['CallbackOracle'];
/** Templates of clones: they keep their storage in namespaces too, and stand behind no proxy. */
const TEMPLATES = ['ShareToken'];
/** EIP-170. */
const CODE_BYTES_MAX = 24_576;

const functionsOf = (abi: Abi) => abi.filter((item): item is AbiFunction => item.type === 'function');

describe('genesis', () => {
  const accounts = systemContracts();

  it('has a proxy and an implementation for each system contract', () => {
    expect(accounts.map(({address}) => address)).toEqual(
      [
        ...Object.values(SYSTEM_ADDRESSES).flatMap((address) => [address, implementationAddress(address)]),
        ...Object.values(TEMPLATE_ADDRESSES),
        ...Object.values(CODE_ADDRESSES),
      ],
    );
    for (const {address, balance, nonce, code} of accounts) {
      expect(address).toMatch(/^0x[0-9a-f]{40}$/);
      expect([balance, nonce]).toEqual([0n, 1n]);
      expect(code.length).toBeGreaterThan(0);
      expect(code.length).toBeLessThanOrEqual(CODE_BYTES_MAX);
    }
  });

  it('writes nothing but the two slots of ERC-1967, and the timelock of OpenZeppelin\'s governor', () => {
    expect(IMPLEMENTATION_SLOT).toBe(erc1967('eip1967.proxy.implementation'));
    expect(ADMIN_SLOT).toBe(erc1967('eip1967.proxy.admin'));
    for (const [index, {storage, address}] of accounts.entries()) {
      const expected: [Hex, Hex][] =
        index % 2 === 1 || index >= 2 * SYSTEM.length
          ? []
          : [
              [IMPLEMENTATION_SLOT, pad(implementationAddress(address))],
              [ADMIN_SLOT, pad(GOVERNANCE_ADDRESS)],
              ...(address === SYSTEM_ADDRESSES.governor ? [[GOVERNOR_TIMELOCK_SLOT, pad(GOVERNANCE_ADDRESS)] as [Hex, Hex]] : []),
            ];
      expect([...storage]).toEqual(expected);
    }
  });

  it('does not collide with the native contracts', () => {
    const native = new Set<string>(sapGenesisAccounts().map(({address}) => address));
    expect(accounts.some(({address}) => native.has(address))).toBe(false);
  });

  it('has the addresses that the contracts know', () => {
    const source = readFileSync(`${CONTRACTS_FOLDER}/system/SystemAddresses.sol`, 'utf8');
    const constants = new Map(
      [...source.matchAll(/address internal constant (\w+) = (0x[0-9a-fA-F]{40});/g)].map(([, name, address]) => [name, address?.toLowerCase()]),
    );
    expect(source).toContain('address internal constant TIMELOCK = GOVERNANCE;');
    const {timelock, ...system} = SYSTEM_ADDRESSES;
    const named = {
      ...NATIVE_ADDRESSES,
      ...system,
      ...TEMPLATE_ADDRESSES,
      ...CODE_ADDRESSES,
      ...RESERVED_ADDRESSES,
      governance: timelock,
    };
    expect(constants).toEqual(
      new Map(Object.entries(named).map(([name, address]) => [name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(), address])),
    );
  });
});

describe('the sources', () => {
  let compiled: readonly CompiledContract[];
  beforeAll(() => {
    compiled = compileSolidity(readContracts());
  });

  it('keep the storage of system contracts in namespaces', () => {
    const contracts = compiled.filter(({name}) => [...SYSTEM, ...TEMPLATES].includes(name));
    expect(contracts.map(({name}) => name).sort()).toEqual([...SYSTEM, ...TEMPLATES].sort());
    // A contract in parts keeps its storage in one of them.
    const text = [...readContracts().values()].join('\n');
    for (const {name, storageVariables} of contracts) {
      expect(storageVariables).toEqual([]);
      if (WITHOUT_STORAGE.includes(name)) continue;
      expect(text).toContain(`erc7201:qanat.storage.${name}`);
      expect(text).toContain(`STORAGE_LOCATION = ${erc7201(`qanat.storage.${name}`)}`);
    }
  });

  it('have no immutables in system contracts, whose constructors never run', () => {
    for (const {name, deployedBytecode} of compiled) {
      if ([...SYSTEM, ...TEMPLATES, ...PARTS, 'SystemProxy'].includes(name)) expect(deployedBytecode).toBeDefined();
    }
  });

  it('leave nothing to initialise, and the proxy\'s selector to the proxy', () => {
    const selector = toFunctionSelector('upgradeToAndCall(address,bytes)');
    for (const {name, abi} of compiled.filter((contract) => [...SYSTEM, ...PARTS].includes(contract.name))) {
      const functions = functionsOf(abi as Abi);
      expect(functions.map(toFunctionSelector)).not.toContain(selector);
      // The timelock's refuses: see the test of governance.
      const initializers = functions.filter((item) => /init/i.test(item.name)).map((item) => `${name}.${item.name}`);
      expect(initializers).toEqual(name === 'Timelock' ? ['Timelock.initialize'] : []);
    }
  });
});

describe('a system proxy', () => {
  const proxy = {address: SYSTEM_ADDRESSES.attribution, abi: abis.systemProxyAbi} as const;
  let chain: EvmChain;
  let replacement: {address: Hex; abi: Abi};
  let restore: () => Promise<void>;
  beforeAll(async () => {
    chain = await newChain();
    await register(chain, termsOf(alice));
    await chain.write(alice, attribution, 'receiveRevenue', [1n, 0], {value: 77n});
    const {Next} = compile(`
      pragma solidity ^0.8.28;
      import {Attribution} from "qanat/protocols/contracts/Attribution.sol";
      contract Next is Attribution {
        event Migrated(uint256 version);
        function version() external pure returns (uint256) { return 2; }
        function migrate() external payable { emit Migrated(2); }
        function fail() external pure { revert NoRevenue(); }
      }`);
    replacement = await chain.deploy(mallory, Next!);
  });
  beforeEach(async () => {
    restore = await chain.snapshot();
  });
  afterEach(() => restore());

  it('is upgraded by nobody but governance', async () => {
    for (const {address} of signers) {
      const from = address.toLowerCase() as Hex;
      expect(await refusalOf(chain.write(from, proxy, 'upgradeToAndCall', [replacement.address, '0x']))).toBe('NotGovernance');
    }
    expect(await chain.storage(proxy.address, IMPLEMENTATION_SLOT)).toBe(pad(implementationAddress(proxy.address)));
  });

  it('is upgraded by governance, and keeps its state', async () => {
    const receipt = await chain.write(GOVERNANCE_ADDRESS, proxy, 'upgradeToAndCall', [replacement.address, '0x']);
    expect(eventsOf(receipt, abis.systemProxyAbi, 'Upgraded')).toHaveLength(1);
    expect(await chain.read({address: proxy.address, abi: replacement.abi}, 'version', [])).toBe(2n);
    expect(await chain.read(attribution, 'totalReceived', [])).toBe(77n);
    expect(await chain.read(attribution, 'claimable', [1n, alice])).toBe(77n);
    await chain.write(alice, attribution, 'claim', [1n]);
  });

  it('calls what an upgrade asks it to call, and undoes the upgrade when that fails', async () => {
    const call = (functionName: string) => encodeFunctionData({abi: replacement.abi, functionName});
    expect(await refusalOf(chain.write(GOVERNANCE_ADDRESS, proxy, 'upgradeToAndCall', [replacement.address, call('fail')]))).toBe('NoRevenue');
    expect(await chain.storage(proxy.address, IMPLEMENTATION_SLOT)).toBe(pad(implementationAddress(proxy.address)));
    const receipt = await chain.write(GOVERNANCE_ADDRESS, proxy, 'upgradeToAndCall', [replacement.address, call('migrate')]);
    expect(eventsOf(receipt, replacement.abi, 'Migrated')).toHaveLength(1);
  });

  it('refuses an implementation without code, and coin that nobody asked for', async () => {
    expect(await refusalOf(chain.write(GOVERNANCE_ADDRESS, proxy, 'upgradeToAndCall', [mallory, '0x']))).toBe('ERC1967InvalidImplementation');
    await chain.setBalance(GOVERNANCE_ADDRESS, 5n);
    expect(await refusalOf(chain.write(GOVERNANCE_ADDRESS, proxy, 'upgradeToAndCall', [replacement.address, '0x'], {value: 5n}))).toBe('ERC1967NonPayable');
  });

  it('lets governance use the contract like everyone', async () => {
    expect(await chain.read(attribution, 'totalReceived', [], GOVERNANCE_ADDRESS)).toBe(77n);
  });

  it('has an admin that no call changes', async () => {
    await chain.write(GOVERNANCE_ADDRESS, proxy, 'upgradeToAndCall', [replacement.address, '0x']);
    expect(await chain.storage(proxy.address, ADMIN_SLOT)).toBe(pad(GOVERNANCE_ADDRESS));
    expect(functionsOf(abis.systemProxyAbi).map(({name}) => name)).toEqual(['upgradeToAndCall']);
  });

  it('is not moved by calls of the implementation at its own address', async () => {
    const bare = {address: implementationAddress(registry.address), abi: registry.abi} as const;
    expect(await refusalOf(chain.write(alice, bare, 'register', [termsOf(alice), ['0x']]))).toBe('NotIssuer');
    expect(await chain.read(bare, 'assetCount', [])).toBe(0n);
    expect(await chain.read(registry, 'assetCount', [])).toBe(1n);
    expect(await refusalOf(chain.read(registry, 'getAsset', [2n]))).toBe('UnknownAsset');
  });
});

function erc1967(name: string): Hex {
  return toHex(BigInt(keccak256(stringToBytes(name))) - 1n, {size: 32});
}

function erc7201(name: string): Hex {
  const inner = encodeAbiParameters([{type: 'uint256'}], [BigInt(keccak256(stringToBytes(name))) - 1n]);
  return toHex(BigInt(keccak256(inner)) & ~0xffn, {size: 32});
}
