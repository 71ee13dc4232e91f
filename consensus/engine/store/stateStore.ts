/** Consensus state, validator sets by height, and what FinalizeBlock answered. */
import {
  concatBytes,
  decodeBlockId,
  decodeConsensusParams,
  decodeExecTxResult,
  decodeTimestamp,
  decodeValidatorSet,
  encodeBlockId,
  encodeConsensusParams,
  encodeExecTxResult,
  encodeTimestamp,
  encodeValidatorSet,
  fromBase64,
  toBase64,
  type AbciEvent,
  type ConsensusParams,
  type ExecTxResult,
  type ValidatorSet,
} from '#proto';
import {incrementProposerPriority} from '#consensus/core';
import type {FinalizeBlockResponse} from '../application.ts';
import type {BlockResults} from '../api.ts';
import {VALIDATOR_CHECKPOINT_INTERVAL} from '../limits.ts';
import type {KeyValueOp, KeyValueStore} from '../ports.ts';
import {heightBytes, heightFromBytes, heightKey, key, StateKey} from './keys.ts';
import type {ConsensusState} from './state.ts';

/** A reference in place of a validator set: the height at which the set is stored in full. */
const REFERENCE = 0;
const FULL = 1;
/** Of a height before the first block that is here: no hash covers proposer priorities, so they are not known. */
const POWERS = 2;
/** In place of POWERS: the height whose POWERS are the same. */
const POWERS_REFERENCE = 3;

export class StateStore {
  private readonly db: KeyValueStore;
  /** The newest block's is asked for by all who follow the chain. */
  private loaded: {readonly height: bigint; readonly response: FinalizeBlockResponse} | undefined;

  constructor(db: KeyValueStore) {
    this.db = db;
  }

  load(): ConsensusState | undefined {
    const bytes = this.db.get(key(StateKey.State));
    return bytes === undefined ? undefined : decodeState(bytes);
  }

  /**
   * Saves the state after a block, and the validators and parameters of the heights that it fixes.
   * Need not be durable: after a crash the block and its stored results lead to it again.
   */
  async save(state: ConsensusState, options: {readonly sync: boolean}): Promise<void> {
    const ops: KeyValueOp[] = [put(key(StateKey.State), encodeState(state))];
    const next = state.lastBlockHeight + 1n;
    if (state.lastBlockHeight === 0n) {
      ops.push(put(heightKey(StateKey.Validators, state.initialHeight), fullSet(state.validators)));
      ops.push(put(heightKey(StateKey.Validators, state.initialHeight + 1n), fullSet(state.nextValidators)));
      ops.push(put(heightKey(StateKey.Params, state.initialHeight), fullParams(state.consensusParams)));
    } else {
      ops.push(this.validatorsOp(next + 1n, state), this.paramsOp(next, state));
    }
    await this.db.write(ops, options);
  }

  /**
   * The state of a snapshot, in an empty store, with the three validator sets that it knows (CometBFT dbStore.Bootstrap). Durable.
   * `lastHeightValidatorsChanged` must be the height of `nextValidators`: of earlier heights nothing is here to refer to.
   */
  async bootstrap(state: ConsensusState): Promise<void> {
    const height = state.lastBlockHeight;
    const sets = [state.lastValidators, state.validators, state.nextValidators];
    if (height === 0n || state.lastHeightValidatorsChanged !== height + 2n) throw new Error(`a state of height ${height} whose validators changed at ${state.lastHeightValidatorsChanged} is no beginning`);
    const ops = sets.flatMap((set, i) => (set === undefined ? [] : [put(heightKey(StateKey.Validators, height + BigInt(i)), fullSet(set))]));
    const params = put(heightKey(StateKey.Params, height + 1n), fullParams(state.consensusParams));
    await this.db.write([...ops, params, put(key(StateKey.State), encodeState(state))], {sync: true});
  }

  /** By which `height` is decided; known one height ahead of the last block. */
  loadConsensusParams(height: bigint): ConsensusParams | undefined {
    let bytes = this.db.get(heightKey(StateKey.Params, height));
    if (bytes?.[0] === REFERENCE) bytes = this.db.get(heightKey(StateKey.Params, heightFromBytes(bytes, 1)));
    return bytes?.[0] === FULL ? decodeConsensusParams(bytes.subarray(1)) : undefined;
  }

  /** Sets of earlier heights, from the newest down; equal neighbours are the same object. Nothing that is here is replaced. */
  async saveEarlierValidators(sets: readonly {readonly height: bigint; readonly validators: ValidatorSet}[]): Promise<void> {
    const ops: KeyValueOp[] = [];
    let full: {readonly height: bigint; readonly validators: ValidatorSet} | undefined;
    for (const {height, validators} of sets) {
      if (this.db.get(heightKey(StateKey.Validators, height)) !== undefined) continue;
      if (full?.validators === validators) ops.push(put(heightKey(StateKey.Validators, height), reference(POWERS_REFERENCE, full.height)));
      else {
        full = {height, validators};
        ops.push(put(heightKey(StateKey.Validators, height), fullSet(validators, POWERS)));
      }
    }
    await this.db.write(ops, {sync: false});
  }

  /** The set that decides `height`, proposer priorities as of round 0; all of them 0 where they are not known (after a state sync). */
  loadValidators(height: bigint): ValidatorSet | undefined {
    const stored = this.loadStoredValidators(height);
    if (stored === undefined) return undefined;
    return stored.age === 0n ? stored.set : incrementProposerPriority(stored.set, Number(stored.age));
  }

  /** The same keys and powers with the priorities of some earlier height: for evidence, of which a liar may send a lot. */
  loadValidatorPowers(height: bigint): ValidatorSet | undefined {
    return this.loadStoredValidators(height)?.set;
  }

  /** `age`: heights since the priorities were those of the set. */
  private loadStoredValidators(height: bigint): {readonly set: ValidatorSet; readonly age: bigint} | undefined {
    const bytes = this.db.get(heightKey(StateKey.Validators, height));
    if (bytes === undefined) return undefined;
    if (bytes[0] === FULL || bytes[0] === POWERS) return {set: decodeValidatorSet(bytes.subarray(1)), age: 0n};
    const stored = heightFromBytes(bytes, 1);
    const full = this.db.get(heightKey(StateKey.Validators, stored));
    if (bytes[0] === POWERS_REFERENCE) return full?.[0] === POWERS ? {set: decodeValidatorSet(full.subarray(1)), age: 0n} : undefined;
    return full?.[0] === FULL ? {set: decodeValidatorSet(full.subarray(1)), age: height - stored} : undefined;
  }

  /** Durable: with it, a crash between the application's commit and ours is made good without executing again. */
  async saveResponse(height: bigint, response: FinalizeBlockResponse): Promise<void> {
    this.loaded = undefined;
    const info = {
      appHash: toBase64(response.appHash),
      validatorUpdates: response.validatorUpdates.map(({publicKey, power}) => ({
        publicKey: toBase64(publicKey.bytes),
        power: power.toString(),
      })),
      ...(response.consensusParamUpdates === undefined
        ? {}
        : {params: toBase64(encodeConsensusParams(response.consensusParamUpdates))}),
      ...(response.events === undefined ? {} : {events: response.events}),
    };
    await this.db.write(
      [
        put(heightKey(StateKey.ResultsInfo, height), Buffer.from(JSON.stringify(info))),
        put(heightKey(StateKey.Results, height), encodeResults(response.txResults)),
      ],
      {sync: true},
    );
    this.loaded = {height, response};
  }

  loadResponse(height: bigint): FinalizeBlockResponse | undefined {
    if (this.loaded?.height === height) return this.loaded.response;
    const info = this.db.get(heightKey(StateKey.ResultsInfo, height));
    const results = this.db.get(heightKey(StateKey.Results, height));
    if (info === undefined || results === undefined) return undefined;
    const {appHash, validatorUpdates, params, events} = JSON.parse(Buffer.from(info).toString()) as {
      appHash: string;
      validatorUpdates: {publicKey: string; power: string}[];
      params?: string;
      events?: AbciEvent[];
    };
    const response: FinalizeBlockResponse = {
      txResults: decodeResults(results),
      appHash: fromBase64(appHash),
      validatorUpdates: validatorUpdates.map(({publicKey, power}) => ({
        publicKey: {type: 'ed25519', bytes: fromBase64(publicKey)},
        power: BigInt(power),
      })),
      ...(params === undefined ? {} : {consensusParamUpdates: decodeConsensusParams(fromBase64(params))}),
      ...(events === undefined ? {} : {events}),
    };
    this.loaded = {height, response};
    return response;
  }

  loadBlockResults(height: bigint): BlockResults | undefined {
    const response = this.loadResponse(height);
    return response === undefined ? undefined : {height, ...response};
  }

  /** From `first` up to, but not, `end`. Validator sets stay: later ones refer to them, and most are a reference of nine bytes. */
  async pruneResponses(first: bigint, end: bigint): Promise<void> {
    this.loaded = undefined;
    const ops: KeyValueOp[] = [];
    for (let height = first; height < end; height++) {
      for (const kind of [StateKey.Results, StateKey.ResultsInfo]) ops.push({type: 'del', key: heightKey(kind, height)});
    }
    await this.db.write(ops, {sync: false});
  }

  /** A store from before parameters were kept has nothing to refer to. */
  private paramsOp(height: bigint, {consensusParams, lastHeightConsensusParamsChanged: changed}: ConsensusState): KeyValueOp {
    const at = heightKey(StateKey.Params, height);
    const isKnown = changed < height && this.db.get(heightKey(StateKey.Params, changed))?.[0] === FULL;
    return put(at, isKnown ? reference(REFERENCE, changed) : fullParams(consensusParams));
  }

  private validatorsOp(height: bigint, state: ConsensusState): KeyValueOp {
    const at = heightKey(StateKey.Validators, height);
    const isChange = state.lastHeightValidatorsChanged === height;
    if (isChange || height % VALIDATOR_CHECKPOINT_INTERVAL === 0n) return put(at, fullSet(state.nextValidators));
    const checkpoint = height - (height % VALIDATOR_CHECKPOINT_INTERVAL);
    const changed = state.lastHeightValidatorsChanged;
    return put(at, reference(REFERENCE, checkpoint > changed ? checkpoint : changed));
  }
}

function put(at: Uint8Array, value: Uint8Array): KeyValueOp {
  return {type: 'put', key: at, value};
}

function reference(kind: number, height: bigint): Uint8Array {
  const out = new Uint8Array(9);
  out[0] = kind;
  out.set(heightBytes(height), 1);
  return out;
}

function fullParams(params: ConsensusParams): Uint8Array {
  return concatBytes(Uint8Array.of(FULL), encodeConsensusParams(params));
}

function fullSet(set: ValidatorSet, kind = FULL): Uint8Array {
  return concatBytes(Uint8Array.of(kind), encodeValidatorSet(set));
}

function encodeResults(results: readonly ExecTxResult[]): Uint8Array {
  const encoded = results.map(encodeExecTxResult);
  const out = new Uint8Array(encoded.reduce((sum, bytes) => sum + 4 + bytes.length, 0));
  const view = new DataView(out.buffer);
  let offset = 0;
  for (const bytes of encoded) {
    view.setUint32(offset, bytes.length);
    out.set(bytes, offset + 4);
    offset += 4 + bytes.length;
  }
  return out;
}

function decodeResults(bytes: Uint8Array): ExecTxResult[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const results: ExecTxResult[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const end = offset + 4 + view.getUint32(offset);
    results.push(decodeExecTxResult(bytes.subarray(offset + 4, end)));
    offset = end;
  }
  return results;
}

/** A set stands in the states of three heights. */
const setTexts = new WeakMap<ValidatorSet, string>();

function setText(set: ValidatorSet): string {
  let text = setTexts.get(set);
  if (text === undefined) setTexts.set(set, (text = toBase64(encodeValidatorSet(set))));
  return text;
}

interface StateRecord {
  chainId: string;
  initialHeight: string;
  lastBlockHeight: string;
  lastBlockId: string;
  lastBlockTime: string;
  nextValidators: string;
  validators: string;
  lastValidators?: string;
  lastHeightValidatorsChanged: string;
  consensusParams: string;
  lastHeightConsensusParamsChanged: string;
  lastResultsHash: string;
  appHash: string;
}

function encodeState(state: ConsensusState): Uint8Array {
  const record: StateRecord = {
    chainId: state.chainId,
    initialHeight: state.initialHeight.toString(),
    lastBlockHeight: state.lastBlockHeight.toString(),
    lastBlockId: toBase64(encodeBlockId(state.lastBlockId)),
    lastBlockTime: toBase64(encodeTimestamp(state.lastBlockTime)),
    nextValidators: setText(state.nextValidators),
    validators: setText(state.validators),
    ...(state.lastValidators === undefined ? {} : {lastValidators: setText(state.lastValidators)}),
    lastHeightValidatorsChanged: state.lastHeightValidatorsChanged.toString(),
    consensusParams: toBase64(encodeConsensusParams(state.consensusParams)),
    lastHeightConsensusParamsChanged: state.lastHeightConsensusParamsChanged.toString(),
    lastResultsHash: toBase64(state.lastResultsHash),
    appHash: toBase64(state.appHash),
  };
  return Buffer.from(JSON.stringify(record));
}

function decodeState(bytes: Uint8Array): ConsensusState {
  const record = JSON.parse(Buffer.from(bytes).toString()) as StateRecord;
  return {
    chainId: record.chainId,
    initialHeight: BigInt(record.initialHeight),
    lastBlockHeight: BigInt(record.lastBlockHeight),
    lastBlockId: decodeBlockId(fromBase64(record.lastBlockId)),
    lastBlockTime: decodeTimestamp(fromBase64(record.lastBlockTime)),
    nextValidators: decodeValidatorSet(fromBase64(record.nextValidators)),
    validators: decodeValidatorSet(fromBase64(record.validators)),
    lastValidators: record.lastValidators === undefined ? undefined : decodeValidatorSet(fromBase64(record.lastValidators)),
    lastHeightValidatorsChanged: BigInt(record.lastHeightValidatorsChanged),
    consensusParams: decodeConsensusParams(fromBase64(record.consensusParams)),
    lastHeightConsensusParamsChanged: BigInt(record.lastHeightConsensusParamsChanged),
    lastResultsHash: fromBase64(record.lastResultsHash),
    appHash: fromBase64(record.appHash),
  };
}
