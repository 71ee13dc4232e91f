/** Addresses that mean the same on every Qanat chain. protocols/contracts/system/SystemAddresses.sol has them too. */

/** Native contracts (SAPs) that have a Solidity interface so far. */
export const NATIVE_ADDRESSES = {
  groth16: '0x0000000000000000000000000000000000000a01',
  poseidon: '0x0000000000000000000000000000000000000a05',
  loraProof: '0x0000000000000000000000000000000000000a06',
} as const;

/** System contracts (SBPs): the proxies that everyone calls. */
export const SYSTEM_ADDRESSES = {
  assetRegistry: '0x0000000000000000000000000000000000001011',
  licensing: '0x0000000000000000000000000000000000001014',
  attribution: '0x0000000000000000000000000000000000001015',
  inferenceOracle: '0x0000000000000000000000000000000000001020',
} as const;

export type SystemContractName = keyof typeof SYSTEM_ADDRESSES;

/** The timelock: the only account that may upgrade a system contract. No code stands there yet. */
export const GOVERNANCE_ADDRESS = '0x0000000000000000000000000000000000001005';

/** Where genesis puts the implementation behind a system contract: 0xc0de, zeros, and the proxy's own low 16 bits. */
export function implementationAddress(proxy: `0x${string}`): `0x${string}` {
  return `0xc0de${'0'.repeat(32)}${proxy.slice(-4)}`;
}
