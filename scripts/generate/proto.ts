/**
 * Writes proto/gen: one TypeScript module of codecs per protobuf package, over protobufjs' Reader and Writer (proto/wire.ts).
 *
 * Why not `pbjs --target static-module`: it gives 64-bit fields as Long or lossy numbers, cannot mark embedded messages that are always
 * on the wire (CometBFT's gogoproto `nullable = false`), has no limits on repeated fields and takes a wrong wire type for an unknown field.
 */
import {readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import protobuf from 'protobufjs';

const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PROTO_ROOT = join(REPOSITORY, 'proto');
const OUTPUT = 'proto/gen';

const ALWAYS_PRESENT = '(qanat.always_present)';
const MAX_ITEMS = '(qanat.max_items)';

/** Repo-relative path → content. */
export async function generate(): Promise<Map<string, string>> {
  const root = loadProtoFiles();
  const packages = new Map<string, protobuf.Type[]>();
  const seen = new Set<protobuf.Type>();
  const visit = (type: protobuf.Type): void => {
    if (seen.has(type)) return;
    seen.add(type);
    for (const field of type.fieldsArray) {
      field.resolve();
      if (field.resolvedType instanceof protobuf.Type) visit(field.resolvedType);
    }
    const packageName = packageOf(type);
    packages.set(packageName, [...(packages.get(packageName) ?? []), type]);
  };
  for (const namespace of ['tendermint', 'qanat']) {
    for (const type of messagesOf(root.lookup(namespace) as protobuf.Namespace)) visit(type);
  }

  const out = new Map<string, string>();
  for (const name of [...packages.keys()].sort()) {
    out.set(`${OUTPUT}/${moduleName(name)}.ts`, writePackage(name, packages.get(name) ?? []));
  }
  return out;
}

/** All .proto files of proto/ in one resolved root. */
export function loadProtoFiles(): protobuf.Root {
  const root = new protobuf.Root();
  // protobufjs bundles Google's well-known types, but ships this one as a file.
  const descriptor = createRequire(import.meta.url).resolve('protobufjs/google/protobuf/descriptor.proto');
  root.resolvePath = (_origin, target) => (target === 'google/protobuf/descriptor.proto' ? descriptor : join(PROTO_ROOT, target));
  root.loadSync(
    protoFiles(PROTO_ROOT)
      .map((path) => relative(PROTO_ROOT, path))
      .sort(byPackage),
    {keepCase: true},
  );
  root.resolveAll();
  return root;
}

/** CometBFT's first: the order in which types are met is the order in which they are written. */
function byPackage(a: string, b: string): number {
  const own = Number(a.startsWith('qanat')) - Number(b.startsWith('qanat'));
  return own !== 0 ? own : a < b ? -1 : 1;
}

function protoFiles(folder: string): string[] {
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return protoFiles(path);
    return entry.name.endsWith('.proto') ? [path] : [];
  });
}

function messagesOf(namespace: protobuf.NamespaceBase): protobuf.Type[] {
  return namespace.nestedArray.flatMap((object) => {
    if (object instanceof protobuf.Type) return [object, ...messagesOf(object)];
    return object instanceof protobuf.Namespace ? messagesOf(object) : [];
  });
}

function packageOf(type: protobuf.ReflectionObject): string {
  return type.parent === null ? '' : type.parent.fullName.replace(/^\./, '');
}

function moduleName(packageName: string): string {
  return packageName.replaceAll('.', '_');
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

interface Scalar {
  readonly type: string;
  readonly suffix: string;
  readonly zero: string;
  readonly wireType: number;
}

const SCALARS: Readonly<Record<string, Scalar>> = {
  int64: {type: 'bigint', suffix: 'Int64', zero: '0n', wireType: 0},
  uint64: {type: 'bigint', suffix: 'Uint64', zero: '0n', wireType: 0},
  sfixed64: {type: 'bigint', suffix: 'Sfixed64', zero: '0n', wireType: 1},
  int32: {type: 'number', suffix: 'Int32', zero: '0', wireType: 0},
  uint32: {type: 'number', suffix: 'Uint32', zero: '0', wireType: 0},
  bool: {type: 'boolean', suffix: 'Bool', zero: 'false', wireType: 0},
  bytes: {type: 'Uint8Array', suffix: 'Bytes', zero: 'wire.EMPTY_BYTES', wireType: 2},
  string: {type: 'string', suffix: 'String', zero: "''", wireType: 2},
};

function writePackage(packageName: string, types: readonly protobuf.Type[]): string {
  const imports = new Set<string>();
  const bodies = types.map((type) => new MessageWriter(type, packageName, imports).write());
  return [
    `// Written by scripts/generate/proto.ts from the .proto files of package ${packageName}. Do not edit.`,
    "import * as wire from '../wire.ts';",
    ...[...imports].sort().map((name) => `import * as ${name} from './${name}.ts';`),
    '',
    bodies.join('\n'),
  ].join('\n');
}

class MessageWriter {
  private readonly type: protobuf.Type;
  private readonly packageName: string;
  private readonly imports: Set<string>;

  constructor(type: protobuf.Type, packageName: string, imports: Set<string>) {
    this.type = type;
    this.packageName = packageName;
    this.imports = imports;
    for (const field of type.fieldsArray) {
      if (field.map) throw new Error(`${field.fullName}: maps have no canonical encoding`);
      if (field.repeated && this.maxItems(field) === undefined) throw new Error(`${field.fullName}: state ${MAX_ITEMS}`);
    }
  }

  write(): string {
    const {name} = this.type;
    return [
      `export interface ${name} {`,
      ...this.members().map((member) => `  readonly ${member.name}${member.optional ? '?' : ''}: ${member.type};`),
      '}',
      '',
      `export const ${name}: wire.Codec<${name}> = {`,
      `  typeName: '${this.type.fullName.replace(/^\./, '')}',`,
      ...this.encoder(),
      ...this.decoder(),
      '};',
      '',
    ].join('\n');
  }

  /** Fields in ascending order, a oneof in the place of its first case. */
  private fields(): protobuf.Field[] {
    return [...this.type.fieldsArray].sort((a, b) => a.id - b.id);
  }

  private members(): {name: string; type: string; optional: boolean; zero: string}[] {
    const oneofs = new Set<protobuf.OneOf>();
    return this.fields().flatMap((field) => {
      const oneof = field.partOf;
      if (oneof === null) return [this.member(field)];
      if (oneofs.has(oneof)) return [];
      oneofs.add(oneof);
      const cases = this.fields().filter((other) => other.partOf === oneof);
      const type = cases.map((other) => `{readonly case: '${camelCase(other.name)}'; readonly value: ${this.elementType(other)}}`).join(' | ');
      return [{name: camelCase(oneof.name), type: `${type} | undefined`, optional: true, zero: 'undefined'}];
    });
  }

  private member(field: protobuf.Field): {name: string; type: string; optional: boolean; zero: string} {
    const name = camelCase(field.name);
    const element = this.elementType(field);
    if (field.repeated) return {name, type: `readonly ${element}[]`, optional: false, zero: '[]'};
    if (!(field.resolvedType instanceof protobuf.Type)) return {name, type: element, optional: false, zero: this.scalar(field).zero};
    if (!this.alwaysPresent(field)) return {name, type: `${element} | undefined`, optional: true, zero: 'undefined'};
    return {name, type: element, optional: false, zero: 'undefined'};
  }

  private alwaysPresent(field: protobuf.Field): boolean {
    return field.options?.[ALWAYS_PRESENT] === true;
  }

  private maxItems(field: protobuf.Field): number | undefined {
    const value: unknown = field.options?.[MAX_ITEMS];
    return typeof value === 'number' ? value : undefined;
  }

  private scalar(field: protobuf.Field): Scalar {
    const scalar = field.resolvedType instanceof protobuf.Enum ? SCALARS['int32'] : SCALARS[field.type];
    if (scalar === undefined) throw new Error(`${field.fullName}: no codec for ${field.type}`);
    return scalar;
  }

  private elementType(field: protobuf.Field): string {
    return field.resolvedType instanceof protobuf.Type ? this.reference(field.resolvedType) : this.scalar(field).type;
  }

  private reference(type: protobuf.Type): string {
    const packageName = packageOf(type);
    if (packageName === this.packageName) return type.name;
    this.imports.add(moduleName(packageName));
    return `${moduleName(packageName)}.${type.name}`;
  }

  private tag(field: protobuf.Field): number {
    const packed = field.repeated && this.isPackable(field);
    const wireType = field.resolvedType instanceof protobuf.Type || packed ? 2 : this.scalar(field).wireType;
    return ((field.id << 3) | wireType) >>> 0;
  }

  private isPackable(field: protobuf.Field): boolean {
    if (field.resolvedType instanceof protobuf.Type || field.type === 'bytes' || field.type === 'string') return false;
    if (field.type !== 'uint64') throw new Error(`${field.fullName}: packed ${field.type} has no codec`);
    return true;
  }

  private encoder(): string[] {
    if (this.fields().length === 0) return ['  encodeTo() {},'];
    return ['  encodeTo(message, writer) {', ...this.fields().flatMap((field) => this.encodeField(field).map((line) => `    ${line}`)), '  },'];
  }

  private encodeField(field: protobuf.Field): string[] {
    const tag = this.tag(field);
    const value = `message.${camelCase(field.name)}`;
    if (field.partOf !== null) {
      const sum = `message.${camelCase(field.partOf.name)}`;
      // A chosen case is written even when it is zero.
      const write =
        field.resolvedType instanceof protobuf.Type
          ? `wire.writeMessage(writer, ${tag}, ${this.elementType(field)}, ${sum}.value)`
          : `writer.uint32(${tag}).${field.type}(${sum}.value)`;
      return [`if (${sum}?.case === '${camelCase(field.name)}') ${write};`];
    }
    if (field.repeated) {
      if (this.isPackable(field)) {
        return [
          `if (${value}.length > 0) {`,
          `  writer.uint32(${tag}).fork();`,
          `  for (const item of ${value}) wire.writeUint64Item(writer, item);`,
          '  writer.ldelim();',
          '}',
        ];
      }
      const write =
        field.resolvedType instanceof protobuf.Type ? `wire.writeMessage(writer, ${tag}, ${this.elementType(field)}, item)` : `writer.uint32(${tag}).${field.type}(item)`;
      return [`for (const item of ${value}) ${write};`];
    }
    if (field.resolvedType instanceof protobuf.Type) {
      const write = `wire.writeMessage(writer, ${tag}, ${this.elementType(field)}, ${value});`;
      return [this.alwaysPresent(field) ? write : `if (${value} !== undefined) ${write}`];
    }
    return [`wire.write${this.scalar(field).suffix}(writer, ${tag}, ${value});`];
  }

  private decoder(): string[] {
    const locals = this.members().map((member) => {
      const field = this.type.fieldsArray.find((other) => camelCase(other.name) === member.name);
      if (field?.repeated === true) return `const ${member.name}: ${this.elementType(field)}[] = [];`;
      return `let ${member.name}: ${member.zero === 'undefined' && !member.optional ? `${member.type} | undefined` : member.type} = ${member.zero};`;
    });
    const cases = this.fields().flatMap((field) => [`      case ${field.id}:`, `        ${this.decodeField(field)}`, '        break;']);
    const result = this.members().map((member) => {
      if (member.zero !== 'undefined' || member.optional) return member.name;
      return `${member.name}: ${member.name} ?? ${this.absent(member.name)}`;
    });
    const check = this.type.fullName === '.google.protobuf.Timestamp' ? ['    wire.checkTimestamp({seconds, nanos});'] : [];
    return [
      '  decodeFrom(reader) {',
      ...locals.map((line) => `    ${line}`),
      '    while (reader.pos < reader.len) {',
      '      const tag = wire.readTag(reader);',
      '      switch (tag >>> 3) {',
      ...cases.map((line) => `  ${line}`),
      '        default:',
      '          wire.skipField(reader, tag);',
      '      }',
      '    }',
      ...check,
      `    return {${result.join(', ')}};`,
      '  },',
    ];
  }

  /** What an always-present message is when the sender left it out: all zero; a Go time is then the year 1. */
  private absent(memberName: string): string {
    const field = this.type.fieldsArray.find((other) => camelCase(other.name) === memberName);
    const type = field?.resolvedType;
    if (!(type instanceof protobuf.Type)) throw new Error(`${memberName} is not a message`);
    if (type.fullName === '.google.protobuf.Timestamp') return '{seconds: -62135596800n, nanos: 0}';
    const writer = new MessageWriter(type, this.packageName, this.imports);
    const members = writer.members().filter((member) => !member.optional);
    return `{${members.map((member) => `${member.name}: ${member.zero === 'undefined' ? writer.absent(member.name) : member.zero}`).join(', ')}}`;
  }

  private decodeField(field: protobuf.Field): string {
    const name = camelCase(field.name);
    const max = this.maxItems(field);
    if (field.repeated && this.isPackable(field)) return `wire.readRepeatedUint64(reader, tag, ${name}, ${max});`;
    const read =
      field.resolvedType instanceof protobuf.Type
        ? `wire.readMessage(reader, tag, ${this.elementType(field)})`
        : `wire.read${this.scalar(field).suffix}(reader, tag)`;
    if (field.repeated) return `wire.pushBounded(${name}, ${read}, ${max});`;
    if (field.partOf !== null) return `${camelCase(field.partOf.name)} = {case: '${name}', value: ${read}};`;
    return `${name} = ${read};`;
  }
}
