/** Reading JSON from outside, member by member: every refusal names the member. Unknown members are ignored, as in Go. */

const DECIMAL = /^-?(?:0|[1-9]\d{0,19})$/;

/** JSON that is not what it should be. `path` names the member. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly path: string;
  readonly problem: string;

  constructor(path: string, problem: string) {
    super(path === '' ? problem : `${path}: ${problem}`);
    this.path = path;
    this.problem = problem;
  }
}

/** A JSON object with its path. null counts as absent. Every method throws JsonError. */
export class JsonReader {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #path: string;

  private constructor(members: object, path: string) {
    this.#members = members as Record<string, unknown>;
    this.#path = path;
  }

  static root(value: unknown, path = ''): JsonReader {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new JsonError(path, 'must be an object');
    return new JsonReader(value, path);
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
    if (typeof value !== 'string') throw new JsonError(this.at(name), value === undefined ? 'is missing' : 'must be a string');
    return value;
  }

  /** A 64-bit integer, which Go's cmtjson writes as a string. */
  int64(name: string): bigint {
    const text = this.string(name);
    if (!DECIMAL.test(text)) throw new JsonError(this.at(name), `${JSON.stringify(text.slice(0, 40))} is not a decimal integer`);
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) !== value) throw new JsonError(this.at(name), `${text} does not fit 64 bits`);
    return value;
  }

  uint64(name: string): bigint {
    const text = this.string(name);
    const value = DECIMAL.test(text) ? BigInt(text) : -1n;
    if (value < 0n || BigInt.asUintN(64, value) !== value) throw new JsonError(this.at(name), `${JSON.stringify(text.slice(0, 40))} is not a uint64`);
    return value;
  }

  /** A whole JSON number within bounds. */
  integer(name: string, min: number, max: number): number {
    const value = this.value(name);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw new JsonError(this.at(name), value === undefined ? 'is missing' : `must be a whole number from ${min} to ${max}`);
    }
    return value;
  }

  convert<T>(name: string, conversion: (text: string) => T): T {
    const text = this.string(name);
    try {
      return conversion(text);
    } catch (error) {
      throw new JsonError(this.at(name), (error as Error).message);
    }
  }

  object(name: string): JsonReader {
    if (!this.has(name)) throw new JsonError(this.at(name), 'is missing');
    return JsonReader.root(this.value(name), this.at(name));
  }

  /** The list's items as they are; null and absence are the empty list, as Go's nil slice. */
  list(name: string, maxItems: number): readonly unknown[] {
    if (!this.has(name)) return [];
    const value = this.value(name);
    if (!Array.isArray(value)) throw new JsonError(this.at(name), 'must be an array');
    if (value.length > maxItems) throw new JsonError(this.at(name), `${value.length} of them, limit ${maxItems}`);
    return value;
  }

  objects(name: string, maxItems: number): readonly JsonReader[] {
    return this.list(name, maxItems).map((item, i) => JsonReader.root(item, `${this.at(name)}[${i}]`));
  }

  strings(name: string, maxItems: number): readonly string[] {
    const value = this.value(name) ?? [];
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw new JsonError(this.at(name), 'must be an array of strings');
    return this.list(name, maxItems) as readonly string[];
  }
}
