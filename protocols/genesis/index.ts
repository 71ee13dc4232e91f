export {
  GOVERNANCE_ADDRESS,
  NATIVE_ADDRESSES,
  SYSTEM_ADDRESSES,
  TEMPLATE_ADDRESSES,
  TRAINING_JOBS_ADDRESS,
  TREASURY_ADDRESS,
  implementationAddress,
} from './addresses.ts';
export type {SystemContractName} from './addresses.ts';
export {ADMIN_SLOT, IMPLEMENTATION_SLOT, systemContracts} from './systemContracts.ts';
export type {GenesisAccount} from './systemContracts.ts';
