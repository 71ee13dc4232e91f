/** Parsers of the objects that eth_call and eth_estimateGas take. */
import type {AccessListEntry, Address, Authorization, Hash, Withdrawal} from '#node/execution';
import type {AccountOverride, BlockOverrides, CallRequest, SimulatedBlockOverrides, StateOverrides} from './backend.ts';
import {rpcErrors} from './errors.ts';
import {address, arrayOf, bytes, fail, hash, optionalField, record, requiredField, slot, uint256, uint64, type Parser} from './schema.ts';

const ACCESS_LIST_ENTRIES_MAX = 10_000;
const AUTHORIZATIONS_MAX = 1_000;
/** More than any block holds. */
const BLOBS_MAX = 256;
const WITHDRAWALS_MAX = 1_000;

const accessListEntry: Parser<AccessListEntry> = (value, where) => {
  const object = record(value, where);
  return {
    address: requiredField(object, 'address', address, where),
    storageKeys: optionalField(object, 'storageKeys', arrayOf(hash, ACCESS_LIST_ENTRIES_MAX), where) ?? [],
  };
};

const authorization: Parser<Authorization> = (value, where) => {
  const object = record(value, where);
  return {
    chainId: requiredField(object, 'chainId', uint256, where),
    address: requiredField(object, 'address', address, where),
    nonce: requiredField(object, 'nonce', uint64, where),
    yParity: Number(requiredField(object, 'yParity', uint64, where)),
    r: requiredField(object, 'r', uint256, where),
    s: requiredField(object, 's', uint256, where),
  };
};

export interface ParsedCall {
  readonly request: CallRequest;
  readonly chainId: bigint | undefined;
}

/** `input` and `data` are two names of one field; both may be given when they agree. */
export const callRequest: Parser<ParsedCall> = (value, where) => {
  const object = record(value, where);
  const field = <T>(name: string, parse: Parser<T>): T | undefined => optionalField(object, name, parse, where);
  const input = field('input', bytes);
  const calldata = field('data', bytes);
  if (input !== undefined && calldata !== undefined && !Buffer.from(input).equals(calldata)) {
    throw rpcErrors.invalidParams('both "data" and "input" are set and not equal. Please use "input" to pass transaction call data');
  }
  const fees = {
    gasPrice: field('gasPrice', uint256),
    maxFeePerGas: field('maxFeePerGas', uint256),
    maxPriorityFeePerGas: field('maxPriorityFeePerGas', uint256),
  };
  if (fees.gasPrice !== undefined && (fees.maxFeePerGas !== undefined || fees.maxPriorityFeePerGas !== undefined)) {
    throw rpcErrors.invalidParams('both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified');
  }
  const request = {
    ...fees,
    from: field('from', address),
    to: field('to', address),
    gas: field('gas', uint64),
    value: field('value', uint256),
    nonce: field('nonce', uint64),
    data: input ?? calldata,
    accessList: field('accessList', arrayOf(accessListEntry, ACCESS_LIST_ENTRIES_MAX)),
    authorizationList: field('authorizationList', arrayOf(authorization, AUTHORIZATIONS_MAX)),
    blobVersionedHashes: field('blobVersionedHashes', arrayOf(hash, BLOBS_MAX)),
    maxFeePerBlobGas: field('maxFeePerBlobGas', uint256),
  };
  return {request: withoutUndefined(request), chainId: field('chainId', uint256)};
};

/** A request that names a chain must name this one. */
export function checkChainId(have: bigint | undefined, want: bigint): void {
  if (have !== undefined && have !== want) throw rpcErrors.invalidParams(`chainId does not match node's (have=${have}, want=${want})`);
}

export function withoutUndefined<T extends object>(object: T): {[K in keyof T]: Exclude<T[K], undefined>} {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}

const slots: Parser<ReadonlyMap<Hash, Hash>> = (value, where) => {
  const object = record(value, where);
  return new Map(Object.entries(object).map(([key, word]) => [slot(key, `${where} key`), slot(word, `${where}.${key}`)]));
};

const accountOverride: Parser<AccountOverride> = (value, where) => {
  const object = record(value, where);
  const override = {
    balance: optionalField(object, 'balance', uint256, where),
    nonce: optionalField(object, 'nonce', uint64, where),
    code: optionalField(object, 'code', bytes, where),
    state: optionalField(object, 'state', slots, where),
    stateDiff: optionalField(object, 'stateDiff', slots, where),
    movePrecompileToAddress: optionalField(object, 'movePrecompileToAddress', address, where),
  };
  if (override.state !== undefined && override.stateDiff !== undefined) {
    throw rpcErrors.invalidParams(`invalid ${where}: both 'state' and 'stateDiff' are set`);
  }
  return withoutUndefined(override);
};

export const stateOverrides =
  (accountsMax: number): Parser<StateOverrides> =>
  (value, where) => {
    const entries = Object.entries(record(value, where));
    if (entries.length > accountsMax) return fail(where, `at most ${accountsMax} accounts`, `${entries.length} accounts`);
    return new Map<Address, AccountOverride>(entries.map(([key, entry]) => [address(key, `${where} key`), accountOverride(entry, `${where}.${key}`)]));
  };

/** Names of geth, and the shorter ones that it had before. */
function environmentOf(object: Readonly<Record<string, unknown>>, where: string): BlockOverrides {
  const either = <T>(name: string, older: string, parse: Parser<T>): T | undefined =>
    optionalField(object, name, parse, where) ?? optionalField(object, older, parse, where);
  return withoutUndefined({
    number: optionalField(object, 'number', uint64, where),
    time: optionalField(object, 'time', uint64, where),
    gasLimit: optionalField(object, 'gasLimit', uint64, where),
    feeRecipient: either('feeRecipient', 'coinbase', address),
    prevRandao: either('prevRandao', 'random', hash),
    baseFeePerGas: either('baseFeePerGas', 'baseFee', uint256),
    blobBaseFee: optionalField(object, 'blobBaseFee', uint256, where),
    difficulty: optionalField(object, 'difficulty', uint256, where),
  });
}

export const blockOverrides: Parser<BlockOverrides> = (value, where) => {
  const object = record(value, where);
  for (const name of ['beaconRoot', 'withdrawals']) {
    // Only a block that is built has them.
    if (object[name] !== undefined && object[name] !== null) throw rpcErrors.server(`block override "${name}" is not supported for this RPC method`);
  }
  return environmentOf(object, where);
};

const withdrawal: Parser<Withdrawal> = (value, where) => {
  const object = record(value, where);
  return {
    index: requiredField(object, 'index', uint64, where),
    validatorIndex: requiredField(object, 'validatorIndex', uint64, where),
    address: requiredField(object, 'address', address, where),
    amount: requiredField(object, 'amount', uint64, where),
  };
};

export const simulatedBlockOverrides: Parser<SimulatedBlockOverrides> = (value, where) => {
  const object = record(value, where);
  return withoutUndefined({
    ...environmentOf(object, where),
    beaconRoot: optionalField(object, 'beaconRoot', hash, where),
    withdrawals: optionalField(object, 'withdrawals', arrayOf(withdrawal, WITHDRAWALS_MAX), where),
  });
};
