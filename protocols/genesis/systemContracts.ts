/** The accounts that a chain starts with for its system contracts: a proxy and an implementation each. */
import {hexToBytes} from 'viem';
import {
  apiMeteringDeployedBytecode,
  assetRegistryDeployedBytecode,
  attributionDeployedBytecode,
  bondsDeployedBytecode,
  breachDisputesDeployedBytecode,
  callbackOracleDeployedBytecode,
  foundationDeployedBytecode,
  governorDeployedBytecode,
  identityDeployedBytecode,
  inferenceOracleDeployedBytecode,
  licensingDeployedBytecode,
  marketplaceDeployedBytecode,
  nodeUpgradesDeployedBytecode,
  oracleOperatorsDeployedBytecode,
  ownershipReceiptsDeployedBytecode,
  partnershipsDeployedBytecode,
  shareTokenDeployedBytecode,
  sharesDeployedBytecode,
  systemProxyDeployedBytecode,
  timelockDeployedBytecode,
  trainingJobsDeployedBytecode,
  treasuryDeployedBytecode,
  vaultAccessDeployedBytecode,
  votingPowerDeployedBytecode,
} from '#protocols/abi';
import {CODE_ADDRESSES, GOVERNANCE_ADDRESS, SYSTEM_ADDRESSES, TEMPLATE_ADDRESSES, implementationAddress} from './addresses.ts';
import type {SystemContractName} from './addresses.ts';

export interface GenesisAccount {
  /** Lower case. */
  readonly address: `0x${string}`;
  /** In aqanat (wei). */
  readonly balance: bigint;
  readonly nonce: bigint;
  readonly code: Uint8Array;
  /** Slot to value, 32 bytes each, 0x-prefixed lower-case hex. */
  readonly storage: ReadonlyMap<`0x${string}`, `0x${string}`>;
}

/** keccak256("eip1967.proxy.implementation") - 1, from ERC-1967. */
export const IMPLEMENTATION_SLOT = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';

/** keccak256("eip1967.proxy.admin") - 1, from ERC-1967. */
export const ADMIN_SLOT = '0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103';

/** A contract account starts with nonce 1 (EIP-161). */
const CONTRACT_NONCE = 1n;

/** keccak256(keccak256("openzeppelin.storage.GovernorTimelockControl") - 1), last byte cleared (ERC-7201): its timelock. */
export const GOVERNOR_TIMELOCK_SLOT = '0x0d5829787b8befdbc6044ef7457d8a95c2a04bc99235349f1a212c063e59d400';

const IMPLEMENTATION_CODE: Readonly<Record<SystemContractName, `0x${string}`>> = {
  treasury: treasuryDeployedBytecode,
  governor: governorDeployedBytecode,
  timelock: timelockDeployedBytecode,
  votingPower: votingPowerDeployedBytecode,
  foundation: foundationDeployedBytecode,
  nodeUpgrades: nodeUpgradesDeployedBytecode,
  bonds: bondsDeployedBytecode,
  identity: identityDeployedBytecode,
  trainingJobs: trainingJobsDeployedBytecode,
  oracleOperators: oracleOperatorsDeployedBytecode,
  assetRegistry: assetRegistryDeployedBytecode,
  ownershipReceipts: ownershipReceiptsDeployedBytecode,
  shares: sharesDeployedBytecode,
  licensing: licensingDeployedBytecode,
  attribution: attributionDeployedBytecode,
  marketplace: marketplaceDeployedBytecode,
  apiMetering: apiMeteringDeployedBytecode,
  partnerships: partnershipsDeployedBytecode,
  breachDisputes: breachDisputesDeployedBytecode,
  inferenceOracle: inferenceOracleDeployedBytecode,
  vaultAccess: vaultAccessDeployedBytecode,
};

/** What a contract of OpenZeppelin's would have been told by an initialiser. */
const INITIAL_STORAGE: Partial<Record<SystemContractName, readonly (readonly [`0x${string}`, `0x${string}`])[]>> = {
  governor: [[GOVERNOR_TIMELOCK_SLOT, addressWord(GOVERNANCE_ADDRESS)]],
};

const TEMPLATE_CODE: Readonly<Record<keyof typeof TEMPLATE_ADDRESSES, `0x${string}`>> = {
  shareToken: shareTokenDeployedBytecode,
};

/**
 * The system contracts' genesis accounts, in the order of SYSTEM_ADDRESSES, proxy before implementation; then the
 * templates of clones, and code that stands by itself.
 *
 * Names, domains and the contracts' addresses of each other are constants in their code, and their counters start at
 * zero, so the only storage is each proxy's two ERC-1967 slots, and the timelock that OpenZeppelin's governor keeps:
 * nothing is left for anyone to initialise.
 */
export function systemContracts(): GenesisAccount[] {
  const proxied = (Object.keys(SYSTEM_ADDRESSES) as SystemContractName[]).flatMap((name) => {
    const proxy = SYSTEM_ADDRESSES[name];
    const implementation = implementationAddress(proxy);
    return [
      account(
        proxy,
        systemProxyDeployedBytecode,
        new Map<`0x${string}`, `0x${string}`>([
          [IMPLEMENTATION_SLOT, addressWord(implementation)],
          [ADMIN_SLOT, addressWord(GOVERNANCE_ADDRESS)],
          ...(INITIAL_STORAGE[name] ?? []),
        ]),
      ),
      account(implementation, IMPLEMENTATION_CODE[name], new Map()),
    ];
  });
  const templates = (Object.keys(TEMPLATE_ADDRESSES) as (keyof typeof TEMPLATE_ADDRESSES)[]).map((name) =>
    account(TEMPLATE_ADDRESSES[name], TEMPLATE_CODE[name], new Map()),
  );
  return [...proxied, ...templates, account(CODE_ADDRESSES.callbackOracle, callbackOracleDeployedBytecode, new Map())];
}

function account(
  address: `0x${string}`,
  code: `0x${string}`,
  storage: ReadonlyMap<`0x${string}`, `0x${string}`>,
): GenesisAccount {
  return {address, balance: 0n, nonce: CONTRACT_NONCE, code: hexToBytes(code), storage};
}

/** An address as a storage word: right-aligned in 32 bytes. */
function addressWord(address: `0x${string}`): `0x${string}` {
  return `0x${address.slice(2).padStart(64, '0')}`;
}
