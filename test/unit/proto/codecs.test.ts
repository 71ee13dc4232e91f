/** The generated codecs against protobufjs' own reflection of the same .proto files: arbitrary messages, byte for byte. */
import {describe, expect, it} from '@jest/globals';
import fc, {type Arbitrary} from 'fast-check';
import protobuf from 'protobufjs';
import {DecodeError, EncodeError} from '#proto';
import * as blocksync from '../../../proto/gen/qanat_blocksync.ts';
import * as abci from '../../../proto/gen/tendermint_abci.ts';
import * as consensus from '../../../proto/gen/tendermint_consensus.ts';
import * as crypto from '../../../proto/gen/tendermint_crypto.ts';
import * as bits from '../../../proto/gen/tendermint_libs_bits.ts';
import * as statesync from '../../../proto/gen/tendermint_statesync.ts';
import * as types from '../../../proto/gen/tendermint_types.ts';
import * as version from '../../../proto/gen/tendermint_version.ts';
import {decodeMessage, encodeDelimited, encodeMessage, type Codec} from '../../../proto/wire.ts';
import {loadProtoFiles} from '../../../scripts/generate/proto.ts';

type AnyCodec = Codec<Record<string, unknown>>;

const root = loadProtoFiles();
const codecs = [blocksync, statesync, abci, consensus, crypto, bits, types, version].flatMap((module) => Object.values(module)) as unknown as AnyCodec[];
const MAX_BYTES = 1 << 20;

const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function scalar(field: protobuf.Field): Arbitrary<unknown> {
  if (field.resolvedType instanceof protobuf.Enum) return fc.constantFrom(...Object.values(field.resolvedType.values));
  switch (field.type) {
    case 'int64':
    case 'sfixed64':
      return fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n});
    case 'uint64':
      return fc.bigInt({min: 0n, max: 2n ** 64n - 1n});
    case 'int32':
      return fc.integer({min: -(2 ** 31), max: 2 ** 31 - 1});
    case 'uint32':
      return fc.integer({min: 0, max: 2 ** 32 - 1});
    case 'bool':
      return fc.boolean();
    case 'bytes':
      return fc.uint8Array({maxLength: 40});
    case 'string':
      return fc.string({unit: 'binary', maxLength: 20});
    default:
      throw new Error(`no arbitrary for ${field.type}`);
  }
}

/** A message as our codecs take it. */
function arbitraryMessage(type: protobuf.Type, depth = 0): Arbitrary<Record<string, unknown>> {
  if (type.fullName === '.google.protobuf.Timestamp') {
    return fc.record({seconds: fc.bigInt({min: -62135596800n, max: 253402300799n}), nanos: fc.integer({min: 0, max: 999_999_999})});
  }
  const members: Record<string, Arbitrary<unknown>> = {};
  for (const field of type.fieldsArray) {
    const element = field.resolvedType instanceof protobuf.Type ? arbitraryMessage(field.resolvedType, depth + 1) : scalar(field);
    if (field.partOf !== null) continue;
    if (field.repeated) members[camelCase(field.name)] = fc.array(element, {maxLength: depth > 1 ? 1 : 3});
    else if (!(field.resolvedType instanceof protobuf.Type) || field.options?.['(qanat.always_present)'] === true) members[camelCase(field.name)] = element;
    else members[camelCase(field.name)] = fc.option(element, {nil: undefined});
  }
  for (const oneof of type.oneofsArray) {
    const cases = oneof.fieldsArray.map((field) => {
      const value = field.resolvedType instanceof protobuf.Type ? arbitraryMessage(field.resolvedType, depth + 1) : scalar(field);
      return value.map((chosen) => ({case: camelCase(field.name), value: chosen}));
    });
    members[camelCase(oneof.name)] = fc.oneof(fc.constant(undefined), ...cases);
  }
  return fc.record(members);
}

/** The same message as protobufjs' reflection takes it. Zero scalars are left out; it would write them. */
function forReflection(type: protobuf.Type, message: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const convert = (value: unknown): unknown => {
      if (field.resolvedType instanceof protobuf.Type) return forReflection(field.resolvedType, value as Record<string, unknown>);
      return typeof value === 'bigint' ? value.toString() : value;
    };
    if (field.partOf !== null) {
      const sum = message[camelCase(field.partOf.name)] as {case: string; value: unknown} | undefined;
      if (sum?.case === camelCase(field.name)) out[field.name] = convert(sum.value);
      continue;
    }
    const value = message[camelCase(field.name)];
    if (value === undefined || value === 0 || value === 0n || value === '' || value === false) continue;
    if (value instanceof Uint8Array && value.length === 0) continue;
    out[field.name] = field.repeated ? (value as unknown[]).map(convert) : convert(value);
  }
  return out;
}

describe('generated codecs', () => {
  it('cover every message of the .proto files', () => {
    const count = (namespace: protobuf.NamespaceBase): number =>
      namespace.nestedArray.reduce((sum, object) => sum + (object instanceof protobuf.Type ? 1 : 0) + (object instanceof protobuf.Namespace ? count(object) : 0), 0);
    const messages = ['tendermint', 'qanat'].map((name) => count(root.lookup(name) as protobuf.Namespace));
    expect(codecs).toHaveLength(messages.reduce((sum, found) => sum + found));
  });

  it.each(codecs.map((codec) => [codec.typeName, codec] as const))('%s: same bytes as protobufjs, and back', (name, codec) => {
    const type = root.lookupType(name);
    fc.assert(
      fc.property(arbitraryMessage(type), (message) => {
        const bytes = encodeMessage(codec, message);
        expect(Buffer.from(bytes).equals(Buffer.from(type.encode(type.fromObject(forReflection(type, message))).finish()))).toBe(true);
        expect(encodeMessage(codec, decodeMessage(codec, bytes, MAX_BYTES))).toEqual(bytes);
        expect(decodeMessage(codec, bytes, MAX_BYTES)).toEqual(message);
      }),
      {numRuns: 25},
    );
  });

  it.each(codecs.map((codec) => [codec.typeName, codec] as const))('%s: arbitrary bytes give a message or a DecodeError', (_name, codec) => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 64}), (bytes) => {
        try {
          decodeMessage(codec, bytes, MAX_BYTES);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      {numRuns: 100},
    );
  });
});

describe('reading', () => {
  const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
  const read = <T>(codec: Codec<T>, text: string): T => decodeMessage(codec, hex(text), MAX_BYTES);

  it('skips unknown fields of every wire type but groups', () => {
    const unknown = 'f8070a' + 'f9070000000000000000' + 'fa0703616263' + 'fd0700000000';
    expect(read(types.PartSetHeader, `0805${unknown}`)).toEqual({total: 5, hash: new Uint8Array(0)});
    expect(() => read(types.PartSetHeader, '0805fb07fc07')).toThrow(DecodeError);
  });

  it('refuses a known field with another wire type', () => {
    expect(() => read(types.PartSetHeader, '0d05000000')).toThrow('field 1 has wire type 5, not 0');
    expect(() => read(types.PartSetHeader, '1005')).toThrow(DecodeError);
  });

  it('refuses lengths past the end, and fields that leave their message', () => {
    expect(() => read(types.PartSetHeader, '12ff')).toThrow(DecodeError);
    expect(() => read(types.PartSetHeader, '120501')).toThrow(DecodeError);
    expect(() => read(types.BlockID, '1205' + '0801')).toThrow(DecodeError);
    // The embedded message says two bytes; its field says three.
    expect(() => read(types.BlockID, '1202' + '1203616263')).toThrow(DecodeError);
  });

  it('bounds repeated fields', () => {
    const aunt = '2201aa';
    expect(read(crypto.Proof, aunt.repeat(100)).aunts).toHaveLength(100);
    expect(() => read(crypto.Proof, aunt.repeat(101))).toThrow('more than 100 elements');
    const words = (count: number): string => `12${count >= 128 ? `${((count & 127) | 128).toString(16)}0${count >> 7}` : count.toString(16)}${'01'.repeat(count)}`;
    expect(read(bits.BitArray, words(1024)).elems).toHaveLength(1024);
    expect(() => read(bits.BitArray, words(1025))).toThrow('more than 1024 elements');
  });

  it('takes repeated integers packed or not', () => {
    expect(read(bits.BitArray, '10011002').elems).toEqual([1n, 2n]);
    expect(read(bits.BitArray, '12020102').elems).toEqual([1n, 2n]);
  });

  it('refuses times that Go cannot hold', () => {
    expect(() => read(types.CommitSig, '1a06' + '10ffffffff07')).toThrow(/ns/);
    expect(() => read(types.CommitSig, '1a0a' + '08ffffffffffffffff7f')).toThrow(/years 1 to 9999/);
  });

  it('an absent time is the zero time, an empty one is 1970', () => {
    expect(read(types.CommitSig, '').timestamp.seconds).toBe(-62135596800n);
    expect(read(types.CommitSig, '1a00').timestamp.seconds).toBe(0n);
  });

  it('keeps nothing of the buffer it read from', () => {
    const buffer = Buffer.concat([Buffer.alloc(1000), hex('12020102')]);
    const {hash} = decodeMessage(types.PartSetHeader, buffer.subarray(1000), MAX_BYTES);
    expect(hash.buffer.byteLength).toBe(2);
    expect(Buffer.isBuffer(hash)).toBe(false);
    buffer.fill(9);
    expect([...hash]).toEqual([1, 2]);
  });

  it('the last of a repeated single field counts, as in Go', () => {
    expect(read(types.PartSetHeader, '08010802').total).toBe(2);
  });
});

describe('writing', () => {
  it('refuses numbers that do not fit', () => {
    expect(() => encodeMessage(types.PartSetHeader, {total: -1, hash: new Uint8Array(0)})).toThrow(EncodeError);
    expect(() => encodeMessage(types.PartSetHeader, {total: 1.5, hash: new Uint8Array(0)})).toThrow(EncodeError);
    expect(() => encodeMessage(consensus.EndHeight, {height: 2n ** 63n})).toThrow(EncodeError);
    expect(() => encodeMessage(version.Consensus, {block: -1n, app: 0n})).toThrow(EncodeError);
    expect(() => encodeMessage(version.Consensus, {block: 2n ** 64n, app: 0n})).toThrow(EncodeError);
  });

  it('prefixes the length of a delimited message', () => {
    expect([...encodeDelimited(consensus.EndHeight, {height: 300n})]).toEqual([3, 8, 0xac, 2]);
  });
});
