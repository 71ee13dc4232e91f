/** What an execution layer asks of the consensus layer at the end of a block (EIP-7685): deposits, withdrawals, consolidations. */
import {createHash} from 'node:crypto';
import type {BlockEnvironment, ExecutionEngine} from '../engine.ts';
import {bytesToHex, concatBytes, EMPTY} from '../hex.ts';
import type {StateOverlay} from '../state/overlay.ts';
import {CONSOLIDATION_REQUESTS_ADDRESS, WITHDRAWAL_REQUESTS_ADDRESS} from '../system-contracts.ts';
import type {Address, Hash, Log} from '../types.ts';
import {ImportError} from './errors.ts';

const SYSTEM_ADDRESS: Address = '0xfffffffffffffffffffffffffffffffffffffffe';
const SYSTEM_CALL_GAS = 30_000_000n;
const DEPOSIT_TYPE = 0;
const WITHDRAWAL_TYPE = 1;
const CONSOLIDATION_TYPE = 2;
/** keccak256 of `DepositEvent(bytes,bytes,bytes,bytes,bytes)`. */
const DEPOSIT_EVENT: Hash = '0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5';
/** EIP-6110: public key, withdrawal credentials, amount, signature, index; each begins in the event's data where the contract puts it. */
const DEPOSIT_FIELDS: readonly {readonly offset: number; readonly length: number}[] = [
  {offset: 160, length: 48},
  {offset: 256, length: 32},
  {offset: 320, length: 8},
  {offset: 384, length: 96},
  {offset: 512, length: 8},
];
const DEPOSIT_EVENT_BYTES = 576;

export interface RequestsContext {
  readonly engine: ExecutionEngine;
  readonly block: BlockEnvironment;
  readonly state: StateOverlay;
  readonly depositContract: Address;
}

/** SHA-256 over the requests of a block, after its transactions. Throws ImportError. */
export async function requestsHash(logs: readonly Log[], context: RequestsContext): Promise<Hash> {
  const hash = createHash('sha256');
  const add = (type: number, data: Uint8Array): void => {
    if (data.length > 0) hash.update(createHash('sha256').update(Uint8Array.of(type)).update(data).digest());
  };
  add(DEPOSIT_TYPE, depositsIn(logs, context.depositContract));
  add(WITHDRAWAL_TYPE, await systemCall(WITHDRAWAL_REQUESTS_ADDRESS, context));
  add(CONSOLIDATION_TYPE, await systemCall(CONSOLIDATION_REQUESTS_ADDRESS, context));
  return bytesToHex(new Uint8Array(hash.digest()));
}

function depositsIn(logs: readonly Log[], contract: Address): Uint8Array {
  const deposits: Uint8Array[] = [];
  for (const {address, topics, data} of logs) {
    if (address !== contract || topics[0] !== DEPOSIT_EVENT) continue;
    if (data.length !== DEPOSIT_EVENT_BYTES) throw new ImportError('body', `a deposit event has ${data.length} bytes, not ${DEPOSIT_EVENT_BYTES}`);
    // Before each field stands its length, and 5 words before all of them say where each is.
    DEPOSIT_FIELDS.forEach(({offset, length}, index) => {
      if (wordAt(data, index * 32) !== BigInt(offset) || wordAt(data, offset) !== BigInt(length)) throw new ImportError('body', 'a deposit event is not laid out as EIP-6110 says');
      deposits.push(data.subarray(offset + 32, offset + 32 + length));
    });
  }
  return concatBytes(...deposits);
}

function wordAt(data: Uint8Array, offset: number): bigint {
  return BigInt(bytesToHex(data.subarray(offset, offset + 32)));
}

/** EIP-7002, 7251: the contract hands over its queue. A block in which that fails is not valid. */
async function systemCall(address: Address, {engine, block, state}: RequestsContext): Promise<Uint8Array> {
  if (state.code(address).length === 0) throw new ImportError('body', `the system contract ${address} is not there`);
  const result = await engine.run(
    {caller: SYSTEM_ADDRESS, to: address, value: 0n, data: EMPTY, gas: SYSTEM_CALL_GAS, gasPrice: 0n, warmAddresses: [], warmSlots: [], blobVersionedHashes: []},
    block,
    state,
  );
  if (result.status !== 'success') throw new ImportError('body', `the call of the system contract ${address} failed: ${result.error ?? 'reverted'}`);
  state.endTransaction();
  return result.returnData;
}
