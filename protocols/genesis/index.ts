export {
  CODE_ADDRESSES,
  GOVERNANCE_ADDRESS,
  NATIVE_ADDRESSES,
  RESERVED_ADDRESSES,
  SYSTEM_ADDRESSES,
  TEMPLATE_ADDRESSES,
  TREASURY_ADDRESS,
  implementationAddress,
} from './addresses.ts';
export type {SystemContractName} from './addresses.ts';
export {ADMIN_SLOT, GOVERNOR_TIMELOCK_SLOT, IMPLEMENTATION_SLOT, systemContracts} from './systemContracts.ts';
export type {GenesisAccount} from './systemContracts.ts';
