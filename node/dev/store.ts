/** What a development chain keeps besides its state, across restarts: settings and snapshots, as JSON records. */
import type {KeyValueStore} from '#consensus/engine';
import type {AccountOverride} from '#node/rpc/eth';
import {bytesToHex, hexToBytes, type Address, type ChainAmendments, type Hash} from '#node/execution';
import type {TimeRecord} from './time.ts';

export interface DevSettings {
  /** The head block that time and amendments were made on. */
  readonly onBlock: Hash;
  readonly time: TimeRecord;
  readonly amendments: ChainAmendments;
  readonly coinbase: Address | undefined;
  readonly impersonated: readonly Address[];
  readonly impersonatesAll: boolean;
  readonly nextSnapshotId: bigint;
}

export interface DevSnapshot {
  readonly id: bigint;
  readonly number: bigint;
  readonly hash: Hash;
  readonly time: TimeRecord;
  readonly amendments: ChainAmendments;
  readonly coinbase: Address | undefined;
  /** What waited in the pool. */
  readonly transactions: readonly Uint8Array[];
}

export const DEV_DATABASE_VERSION = 1;

const text = new TextEncoder();
const SETTINGS = text.encode('settings');
const SNAPSHOTS = [text.encode('snapshot/'), text.encode('snapshot0')] as const;
const snapshotKey = (id: bigint): Uint8Array => text.encode(`snapshot/${id.toString(16).padStart(16, '0')}`);

/** Nothing is synced: it survives the end of the process, and after a power cut the chain stands without it. */
export class DevStore {
  readonly #db: KeyValueStore;

  constructor(db: KeyValueStore) {
    this.#db = db;
  }

  settings(): DevSettings | undefined {
    const bytes = this.#db.get(SETTINGS);
    return bytes === undefined ? undefined : (decode(bytes) as DevSettings);
  }

  async saveSettings(settings: DevSettings): Promise<void> {
    await this.#db.write([{type: 'put', key: SETTINGS, value: encode(settings)}], {sync: false});
  }

  /** By id, ascending. */
  async snapshots(): Promise<DevSnapshot[]> {
    const found: DevSnapshot[] = [];
    for await (const [, value] of this.#db.range(...SNAPSHOTS)) found.push(decode(value) as DevSnapshot);
    return found;
  }

  async saveSnapshot(snapshot: DevSnapshot): Promise<void> {
    await this.#db.write([{type: 'put', key: snapshotKey(snapshot.id), value: encode(snapshot)}], {sync: false});
  }

  async deleteSnapshots(ids: readonly bigint[]): Promise<void> {
    if (ids.length > 0) await this.#db.write(ids.map((id) => ({type: 'del', key: snapshotKey(id)})), {sync: false});
  }
}

/** JSON has no bigint, bytes, Map or undefined: each stands as an object of one key. */
function encode(value: object): Uint8Array {
  return text.encode(JSON.stringify(toJson(value)));
}

function decode(bytes: Uint8Array): unknown {
  return fromJson(JSON.parse(new TextDecoder().decode(bytes)));
}

function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return {$n: value.toString()};
  if (value === undefined) return {$u: 0};
  if (value instanceof Uint8Array) return {$b: bytesToHex(value)};
  if (value instanceof Map) return {$m: [...value].map(([key, item]) => [toJson(key), toJson(item)])};
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  return value;
}

function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== 'object' || value === null) return value;
  const [entry, ...more] = Object.entries(value);
  if (entry !== undefined && more.length === 0) {
    const [key, item] = entry;
    if (key === '$n') return BigInt(item as string);
    if (key === '$u') return undefined;
    if (key === '$b') return hexToBytes(item as Hash);
    if (key === '$m') return new Map((item as [unknown, unknown][]).map(([k, v]) => [fromJson(k), fromJson(v)] as const));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromJson(item)]));
}

/** A change on top of an earlier one of the same account. */
export function mergeOverride(before: AccountOverride | undefined, change: AccountOverride): AccountOverride {
  const slots = change.stateDiff === undefined ? before?.stateDiff : new Map([...(before?.stateDiff ?? []), ...change.stateDiff]);
  return {...before, ...change, ...(slots === undefined ? {} : {stateDiff: slots})};
}
