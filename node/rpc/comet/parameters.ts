/**
 * How parameters are written: in JSON-RPC as Go's cmtjson writes them (64-bit integers as strings, bytes as base64), in a URI as
 * JSON texts, with 0x-hex and quoted strings for bytes (rpc/jsonrpc/server/http_uri_handler.go).
 */
import {fromBase64, fromHex, utf8} from '#proto';

export interface Parameter<T> {
  /** Value when the parameter is not given. */
  readonly absent: T;
  /** @throws Error saying what is wrong. */
  fromJson(value: unknown): T;
  fromUri(text: string): T;
}

const INTEGER = /^-?\d{1,20}$/;

/** null and an empty URI value count as not given. */
export function readJson<T>(parameter: Parameter<T>, value: unknown): T {
  return value === undefined || value === null ? parameter.absent : parameter.fromJson(value);
}

export function readUri<T>(parameter: Parameter<T>, text: string | null): T {
  return text === null || text === '' ? parameter.absent : parameter.fromUri(text);
}

export const int64: Parameter<bigint> = {absent: 0n, fromJson: integerFromJson, fromUri: (value) => integer(unquoted(value))};

export const optionalInt64: Parameter<bigint | undefined> = {...int64, absent: undefined};

/** Go's []byte: base64 in JSON. */
export const bytes: Parameter<Uint8Array> = {
  absent: new Uint8Array(0),
  fromJson: (value) => fromBase64(text(value)),
  fromUri: bytesFromUri,
};

/** CometBFT's HexBytes: hex in JSON. */
export const hexBytes: Parameter<Uint8Array> = {...bytes, fromJson: (value) => fromHex(text(value))};

export const string: Parameter<string> = {
  absent: '',
  fromJson: text,
  fromUri: (value) => (isHex(value) ? new TextDecoder().decode(fromHex(value)) : text(parseJson(value))),
};

export const boolean: Parameter<boolean> = {absent: false, fromJson: flag, fromUri: (value) => flag(parseJson(value))};

/** Read by the method itself. */
export const json: Parameter<unknown> = {absent: undefined, fromJson: (value) => value, fromUri: parseJson};

// CometBFT takes strings only; numbers that are exact do no harm.
function integerFromJson(value: unknown): bigint {
  return integer(typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value);
}

function integer(value: unknown): bigint {
  if (typeof value !== 'string' || !INTEGER.test(value)) {
    throw new Error(`invalid 64-bit integer encoding ${JSON.stringify(value)?.slice(0, 40)}, expected string`);
  }
  const number = BigInt(value);
  if (BigInt.asIntN(64, number) !== number) throw new Error(`${value} does not fit 64 bits`);
  return number;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`expected a string, got ${value === null ? 'null' : typeof value}`);
  return value;
}

function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error(`expected true or false, got ${JSON.stringify(value)?.slice(0, 40)}`);
  return value;
}

function bytesFromUri(value: string): Uint8Array {
  if (isHex(value)) return fromHex(value);
  if (value.startsWith('"')) return utf8(text(parseJson(value)));
  throw new Error('expected 0x-prefixed hex or a quoted string');
}

function isHex(value: string): boolean {
  return value.startsWith('0x') || value.startsWith('0X');
}

function unquoted(value: string): string {
  return value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new Error('expected JSON; strings stand in quotes');
  }
}

/** How the documentation calls them. All may be left out. */
export const TYPE_NAMES: ReadonlyMap<Parameter<unknown>, string> = new Map<Parameter<unknown>, string>([
  [int64, 'integer'],
  [optionalInt64, 'integer'],
  [bytes, 'bytes'],
  [hexBytes, 'hex'],
  [string, 'string'],
  [boolean, 'boolean'],
]);
