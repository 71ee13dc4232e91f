/** Addresses that mean the same on every Qanat chain. protocols/contracts/system/SystemAddresses.sol has them too. */

/** Native contracts (SAPs) that have a Solidity interface so far. */
export const NATIVE_ADDRESSES = {
  groth16: '0x0000000000000000000000000000000000000a01',
  poseidon: '0x0000000000000000000000000000000000000a05',
  loraProof: '0x0000000000000000000000000000000000000a06',
  inference: '0x0000000000000000000000000000000000000a10',
  training: '0x0000000000000000000000000000000000000a11',
} as const;

/** System contracts (SBPs): the proxies that everyone calls. */
export const SYSTEM_ADDRESSES = {
  treasury: '0x0000000000000000000000000000000000001003',
  governor: '0x0000000000000000000000000000000000001004',
  timelock: '0x0000000000000000000000000000000000001005',
  votingPower: '0x0000000000000000000000000000000000001006',
  foundation: '0x0000000000000000000000000000000000001007',
  nodeUpgrades: '0x0000000000000000000000000000000000001008',
  bonds: '0x0000000000000000000000000000000000001009',
  identity: '0x0000000000000000000000000000000000001010',
  assetRegistry: '0x0000000000000000000000000000000000001011',
  ownershipReceipts: '0x0000000000000000000000000000000000001012',
  shares: '0x0000000000000000000000000000000000001013',
  licensing: '0x0000000000000000000000000000000000001014',
  attribution: '0x0000000000000000000000000000000000001015',
  marketplace: '0x0000000000000000000000000000000000001016',
  apiMetering: '0x0000000000000000000000000000000000001017',
  partnerships: '0x0000000000000000000000000000000000001018',
  breachDisputes: '0x0000000000000000000000000000000000001019',
  inferenceOracle: '0x0000000000000000000000000000000000001020',
  trainingJobs: '0x0000000000000000000000000000000000001021',
  vaultAccess: '0x0000000000000000000000000000000000001025',
  oracleOperators: '0x0000000000000000000000000000000000001026',
} as const;

/** What clones are made of: code at a fixed address, behind no proxy, so clones that exist never change. */
export const TEMPLATE_ADDRESSES = {
  shareToken: '0xc0de000000000000000000000000000000002013',
} as const;

export type SystemContractName = keyof typeof SYSTEM_ADDRESSES;

/** Code that a system contract runs, without a proxy: it changes only with what names it. */
export const CODE_ADDRESSES = {callbackOracle: '0xc0de000000000000000000000000000000002020'} as const;

/** Addresses that contracts know and where nothing stands yet. */
export const RESERVED_ADDRESSES = {disputeGame: '0x0000000000000000000000000000000000001022'} as const;

/** The timelock: the only account that may upgrade a system contract or change its parameters. */
export const GOVERNANCE_ADDRESS = SYSTEM_ADDRESSES.timelock;

/** Receives the protocol's fees. */
export const TREASURY_ADDRESS = SYSTEM_ADDRESSES.treasury;

/** Where genesis puts the implementation behind a system contract: 0xc0de, zeros, and the proxy's own low 16 bits. */
export function implementationAddress(proxy: `0x${string}`): `0x${string}` {
  return `0xc0de${'0'.repeat(32)}${proxy.slice(-4)}`;
}
