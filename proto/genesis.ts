/**
 * CometBFT's genesis.json to and from GenesisDoc (types/genesis.go). As in Go's cmtjson, 64-bit integers are decimal strings,
 * hashes and addresses hex, keys `{type, value}` with base64. Unlike in Go, `genesis_time` must be there: "now" would differ between nodes.
 */
import {equalBytes, fromBase64, fromHex, toBase64, toHexUpper, utf8} from './bytes.ts';
import {DEFAULT_CONSENSUS_PARAMS, validateConsensusParams} from './consensus_params.ts';
import {addressOf} from './keys.ts';
import {CHAIN_ID_BYTES_MAX, GENESIS_JSON_BYTES_MAX, PUBLIC_KEY_BYTES, TOTAL_VOTING_POWER_MAX, VALIDATORS_MAX} from './limits.ts';
import {timestampFromRfc3339, timestampToRfc3339} from './timestamp.ts';
import type {ConsensusParams, GenesisDoc, GenesisValidator, PublicKey} from './types.ts';

const ED25519_JSON_TYPE = 'tendermint/PubKeyEd25519';
const DECIMAL = /^-?(?:0|[1-9]\d{0,19})$/;

/** `path` names the member of genesis.json that is wrong. */
export class GenesisError extends Error {
  override readonly name = 'GenesisError';
  readonly path: string;

  constructor(path: string, problem: string) {
    super(path === '' ? `genesis: ${problem}` : `genesis: ${path}: ${problem}`);
    this.path = path;
  }
}

/** @throws GenesisError naming the first member that is wrong. Unknown members are ignored, as in Go. */
export function parseGenesis(json: string): GenesisDoc {
  if (json.length > GENESIS_JSON_BYTES_MAX) throw new GenesisError('', `longer than ${GENESIS_JSON_BYTES_MAX} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new GenesisError('', `not JSON: ${(error as Error).message}`);
  }
  return genesisFromJson(value);
}

/** From the parsed document, as also the RPC method `genesis` returns it. */
export function genesisFromJson(value: unknown): GenesisDoc {
  const root = Reader.root(value);
  const chainId = root.string('chain_id');
  if (chainId === '') throw new GenesisError('chain_id', 'is empty');
  if (utf8(chainId).length > CHAIN_ID_BYTES_MAX) throw new GenesisError('chain_id', `longer than ${CHAIN_ID_BYTES_MAX} bytes`);
  const initialHeight = root.has('initial_height') ? root.int64('initial_height') : 1n;
  if (initialHeight < 0n) throw new GenesisError('initial_height', `is ${initialHeight}`);
  return {
    genesisTime: root.convert('genesis_time', timestampFromRfc3339),
    chainId,
    initialHeight: initialHeight === 0n ? 1n : initialHeight,
    consensusParams: root.has('consensus_params') ? consensusParamsFrom(root.object('consensus_params')) : DEFAULT_CONSENSUS_PARAMS,
    validators: validatorsFrom(root),
    appHash: root.has('app_hash') ? root.convert('app_hash', fromHex) : new Uint8Array(0),
    appState: root.value('app_state') ?? {},
  };
}

/** Two-space indented JSON with a final newline; the same document gives the same text. */
export function serialiseGenesis(genesis: GenesisDoc): string {
  return `${JSON.stringify(genesisToJson(genesis), null, 2)}\n`;
}

export function genesisToJson(genesis: GenesisDoc): Record<string, unknown> {
  return {
    genesis_time: timestampToRfc3339(genesis.genesisTime),
    chain_id: genesis.chainId,
    initial_height: genesis.initialHeight.toString(),
    consensus_params: consensusParamsToJson(genesis.consensusParams),
    validators: genesis.validators.map((validator) => ({
      address: toHexUpper(validator.address),
      pub_key: publicKeyToJson(validator.publicKey),
      power: validator.power.toString(),
      name: validator.name,
    })),
    app_hash: toHexUpper(genesis.appHash),
    app_state: genesis.appState,
  };
}

/** As genesis.json and the RPC method `consensus_params` show them. */
export function consensusParamsToJson(params: ConsensusParams): Record<string, unknown> {
  return {
    block: {max_bytes: params.block.maxBytes.toString(), max_gas: params.block.maxGas.toString()},
    evidence: {
      max_age_num_blocks: params.evidence.maxAgeNumBlocks.toString(),
      max_age_duration: params.evidence.maxAgeDurationNs.toString(),
      max_bytes: params.evidence.maxBytes.toString(),
    },
    validator: {pub_key_types: [...params.validator.pubKeyTypes]},
    version: {app: params.version.app.toString()},
    abci: {vote_extensions_enable_height: params.abci.voteExtensionsEnableHeight.toString()},
  };
}

export function publicKeyToJson(key: PublicKey): {readonly type: string; readonly value: string} {
  return {type: ED25519_JSON_TYPE, value: toBase64(key.bytes)};
}

function validatorsFrom(root: Reader): GenesisValidator[] {
  const items = root.has('validators') ? root.array('validators') : [];
  if (items.length > VALIDATORS_MAX) throw new GenesisError('validators', `${items.length} of them, limit ${VALIDATORS_MAX}`);
  const validators = items.map(validatorFrom);
  const addresses = new Set(validators.map((validator) => toHexUpper(validator.address)));
  if (addresses.size !== validators.length) throw new GenesisError('validators', 'one key stands twice');
  if (validators.reduce((sum, validator) => sum + validator.power, 0n) > TOTAL_VOTING_POWER_MAX) {
    throw new GenesisError('validators', `total power above ${TOTAL_VOTING_POWER_MAX}`);
  }
  return validators;
}

function validatorFrom(item: Reader): GenesisValidator {
  const key = item.object('pub_key');
  const type = key.string('type');
  if (type !== ED25519_JSON_TYPE) throw new GenesisError(key.at('type'), `${JSON.stringify(type)}; only ${ED25519_JSON_TYPE} is supported`);
  const bytes = key.convert('value', fromBase64);
  if (bytes.length !== PUBLIC_KEY_BYTES) throw new GenesisError(key.at('value'), `${bytes.length} bytes, not ${PUBLIC_KEY_BYTES}`);
  const power = item.int64('power');
  if (power <= 0n) throw new GenesisError(item.at('power'), `is ${power}; a validator needs voting power`);
  const address = addressOf(bytes);
  const stated = item.has('address') ? item.convert('address', fromHex) : address;
  if (stated.length > 0 && !equalBytes(stated, address)) {
    throw new GenesisError(item.at('address'), `should be ${toHexUpper(address)}, the address of the public key`);
  }
  return {address, publicKey: {type: 'ed25519', bytes}, power, name: item.has('name') ? item.string('name') : ''};
}

function consensusParamsFrom(params: Reader): ConsensusParams {
  const defaults = DEFAULT_CONSENSUS_PARAMS;
  const block = params.object('block');
  const evidence = params.object('evidence');
  const validator = params.object('validator');
  const version = params.has('version') ? params.object('version') : undefined;
  const abci = params.has('abci') ? params.object('abci') : undefined;
  const result: ConsensusParams = {
    block: {maxBytes: block.int64('max_bytes'), maxGas: block.int64('max_gas')},
    evidence: {
      maxAgeNumBlocks: evidence.int64('max_age_num_blocks'),
      maxAgeDurationNs: evidence.int64('max_age_duration'),
      maxBytes: evidence.has('max_bytes') ? evidence.int64('max_bytes') : defaults.evidence.maxBytes,
    },
    validator: {pubKeyTypes: validator.strings('pub_key_types')},
    version: {app: version?.has('app') === true ? version.int64('app') : 0n},
    abci: {
      voteExtensionsEnableHeight:
        abci?.has('vote_extensions_enable_height') === true ? abci.int64('vote_extensions_enable_height') : 0n,
    },
  };
  const problem = validateConsensusParams(result);
  if (problem !== undefined) throw new GenesisError('consensus_params', problem);
  return result;
}

/** A JSON object with its path, for messages that name the member. null counts as absent. */
class Reader {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #path: string;

  private constructor(members: object, path: string) {
    this.#members = members as Record<string, unknown>;
    this.#path = path;
  }

  static root(value: unknown): Reader {
    return Reader.#of(value, '');
  }

  static #of(value: unknown, path: string): Reader {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new GenesisError(path, 'must be an object');
    return new Reader(value, path);
  }

  at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  value(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  has(name: string): boolean {
    const value = this.value(name);
    return value !== undefined && value !== null;
  }

  string(name: string): string {
    const value = this.value(name);
    if (typeof value !== 'string') throw new GenesisError(this.at(name), value === undefined ? 'is missing' : 'must be a string');
    return value;
  }

  int64(name: string): bigint {
    const text = this.string(name);
    if (!DECIMAL.test(text)) throw new GenesisError(this.at(name), `${JSON.stringify(text.slice(0, 40))} is not a decimal integer`);
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) !== value) throw new GenesisError(this.at(name), `${text} does not fit 64 bits`);
    return value;
  }

  convert<T>(name: string, conversion: (text: string) => T): T {
    const text = this.string(name);
    try {
      return conversion(text);
    } catch (error) {
      throw new GenesisError(this.at(name), (error as Error).message);
    }
  }

  object(name: string): Reader {
    if (!this.has(name)) throw new GenesisError(this.at(name), 'is missing');
    return Reader.#of(this.value(name), this.at(name));
  }

  array(name: string): Reader[] {
    const value = this.value(name);
    if (!Array.isArray(value)) throw new GenesisError(this.at(name), 'must be an array');
    return value.map((item, i) => Reader.#of(item, `${this.at(name)}[${i}]`));
  }

  strings(name: string): string[] {
    const value = this.value(name);
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
      throw new GenesisError(this.at(name), 'must be an array of strings');
    }
    return value;
  }
}
