/** What a node says of its forks (EIP-7910): when they begin, blobs, precompiles and system contracts, by the names that the EIP gives. */
import {SAPS} from '#precompiles';
import type {ChainFork} from '../rpc/eth/backend.ts';
import {hasReached} from './rules.ts';
import type {ForkRules, ForkSchedule, Hardfork} from './rules.ts';
import {BEACON_ROOTS_ADDRESS, CONSOLIDATION_REQUESTS_ADDRESS, HISTORY_ADDRESS, WITHDRAWAL_REQUESTS_ADDRESS} from './system-contracts.ts';
import type {Address} from './types.ts';

const PRECOMPILES: readonly (readonly [Hardfork, number, string])[] = [
  ['chainstart', 0x01, 'ECREC'],
  ['chainstart', 0x02, 'SHA256'],
  ['chainstart', 0x03, 'RIPEMD160'],
  ['chainstart', 0x04, 'ID'],
  ['byzantium', 0x05, 'MODEXP'],
  ['byzantium', 0x06, 'BN254_ADD'],
  ['byzantium', 0x07, 'BN254_MUL'],
  ['byzantium', 0x08, 'BN254_PAIRING'],
  ['istanbul', 0x09, 'BLAKE2F'],
  ['cancun', 0x0a, 'KZG_POINT_EVALUATION'],
  ['prague', 0x0b, 'BLS12_G1ADD'],
  ['prague', 0x0c, 'BLS12_G1MSM'],
  ['prague', 0x0d, 'BLS12_G2ADD'],
  ['prague', 0x0e, 'BLS12_G2MSM'],
  ['prague', 0x0f, 'BLS12_PAIRING_CHECK'],
  ['prague', 0x10, 'BLS12_MAP_FP_TO_G1'],
  ['prague', 0x11, 'BLS12_MAP_FP2_TO_G2'],
  ['osaka', 0x100, 'P256VERIFY'],
];

export interface ForkConfigOptions {
  /** Whether the chain's own precompiles (SAPs) answer. */
  readonly precompiles: boolean;
  /** EIP-6110; undefined: a chain without a consensus layer that requests are made of. */
  readonly depositContract: Address | undefined;
}

export function chainForks(schedule: ForkSchedule, options: ForkConfigOptions): ChainFork[] {
  return schedule.forks.map(({rules, block, timestamp}) => ({
    activation: timestamp === undefined ? {block: block ?? 0n} : {timestamp},
    blobs: rules.blobs,
    precompiles: precompilesOf(rules, options),
    systemContracts: systemContractsOf(rules, options),
  }));
}

function precompilesOf({hardfork}: ForkRules, {precompiles}: ForkConfigOptions): Map<string, Address> {
  const standard = PRECOMPILES.filter(([fork]) => hasReached(hardfork, fork)).map(([, address, name]) => [name, toAddress(address)] as const);
  const own = precompiles ? SAPS.map(({name, address}) => [name.toUpperCase(), address] as const) : [];
  return new Map([...standard, ...own]);
}

function systemContractsOf({isCancun, isPrague}: ForkRules, {depositContract}: ForkConfigOptions): Map<string, Address> {
  const contracts = new Map<string, Address>();
  if (isCancun) contracts.set('BEACON_ROOTS_ADDRESS', BEACON_ROOTS_ADDRESS);
  if (!isPrague) return contracts;
  contracts.set('HISTORY_STORAGE_ADDRESS', HISTORY_ADDRESS);
  if (depositContract === undefined) return contracts;
  contracts.set('DEPOSIT_CONTRACT_ADDRESS', depositContract);
  contracts.set('WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS', WITHDRAWAL_REQUESTS_ADDRESS);
  return contracts.set('CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS', CONSOLIDATION_REQUESTS_ADDRESS);
}

function toAddress(value: number): Address {
  return `0x${value.toString(16).padStart(40, '0')}`;
}
