/**
 * CometBFT's genesis.json to and from GenesisDoc (types/genesis.go). As in Go's cmtjson, 64-bit integers are decimal strings,
 * hashes and addresses hex, keys `{type, value}` with base64. Unlike in Go, `genesis_time` must be there: "now" would differ between nodes.
 */
import {equalBytes, fromBase64, fromHex, toBase64, toHexUpper, utf8} from './bytes.ts';
import {DEFAULT_CONSENSUS_PARAMS, validateConsensusParams} from './consensus_params.ts';
import {addressOf} from './keys.ts';
import {CHAIN_ID_BYTES_MAX, GENESIS_JSON_BYTES_MAX, PUBLIC_KEY_BYTES, PUBLIC_KEY_TYPES_MAX, TOTAL_VOTING_POWER_MAX, VALIDATORS_MAX} from './limits.ts';
import {JsonError, JsonReader} from './json/reader.ts';
import {timestampFromRfc3339, timestampToRfc3339} from './timestamp.ts';
import type {ConsensusParams, GenesisDoc, GenesisValidator, PublicKey} from './types.ts';

const ED25519_JSON_TYPE = 'tendermint/PubKeyEd25519';

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
  try {
    return genesisFrom(JsonReader.root(value));
  } catch (error) {
    throw error instanceof JsonError ? new GenesisError(error.path, error.problem) : error;
  }
}

function genesisFrom(root: JsonReader): GenesisDoc {
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

function validatorsFrom(root: JsonReader): GenesisValidator[] {
  const validators = root.objects('validators', VALIDATORS_MAX).map(validatorFrom);
  const addresses = new Set(validators.map((validator) => toHexUpper(validator.address)));
  if (addresses.size !== validators.length) throw new GenesisError('validators', 'one key stands twice');
  if (validators.reduce((sum, validator) => sum + validator.power, 0n) > TOTAL_VOTING_POWER_MAX) {
    throw new GenesisError('validators', `total power above ${TOTAL_VOTING_POWER_MAX}`);
  }
  return validators;
}

function validatorFrom(item: JsonReader): GenesisValidator {
  const publicKey = publicKeyFrom(item.object('pub_key'));
  const power = item.int64('power');
  if (power <= 0n) throw new GenesisError(item.at('power'), `is ${power}; a validator needs voting power`);
  const address = addressOf(publicKey.bytes);
  const stated = item.has('address') ? item.convert('address', fromHex) : address;
  if (stated.length > 0 && !equalBytes(stated, address)) {
    throw new GenesisError(item.at('address'), `should be ${toHexUpper(address)}, the address of the public key`);
  }
  return {address, publicKey, power, name: item.has('name') ? item.string('name') : ''};
}

/** A member `{type, value}` of the one key type. @throws JsonError */
export function publicKeyFrom(key: JsonReader): PublicKey {
  const type = key.string('type');
  if (type !== ED25519_JSON_TYPE) throw new JsonError(key.at('type'), `${JSON.stringify(type.slice(0, 64))}; only ${ED25519_JSON_TYPE} is supported`);
  const bytes = key.convert('value', fromBase64);
  if (bytes.length !== PUBLIC_KEY_BYTES) throw new JsonError(key.at('value'), `${bytes.length} bytes, not ${PUBLIC_KEY_BYTES}`);
  return {type: 'ed25519', bytes};
}

/** As genesis.json and the RPC method `consensus_params` show them. @throws JsonError or GenesisError */
export function consensusParamsFrom(params: JsonReader): ConsensusParams {
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
    validator: {pubKeyTypes: validator.strings('pub_key_types', PUBLIC_KEY_TYPES_MAX)},
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
