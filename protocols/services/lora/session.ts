/** What was asked and answered in a session, module by module: the statement that is proven and verified afterwards. */
import {createHash} from 'node:crypto';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {LORA_INPUT_BYTES, loraLayout} from '#precompiles/codec';
import type {LoraContext, LoraShape} from '#precompiles/codec';
import {LoraError} from './errors.ts';
import {PROOF_TOKEN_COUNT_MAX, SESSION_BYTES_MAX, SESSION_TOKEN_COUNT_MAX} from './limits.ts';

export const SESSION_ID_BYTES = 32;
const ZERO_ADDRESS = '0x0000000000000000000000000000000000000000';

/** Inputs and outputs of one chunk of a module's tokens: what one proof is about. */
export interface Chunk {
  readonly index: number;
  readonly tokens: number;
  readonly inputs: Uint8Array;
  readonly outputs: Uint8Array;
}

export class SessionRecord {
  readonly id: Uint8Array;
  readonly shapes: readonly LoraShape[];
  readonly #inputs: Uint8Array[][];
  readonly #outputs: Uint8Array[][];
  readonly #tokens: number[];
  #bytes = 0;

  constructor(id: Uint8Array, shapes: readonly LoraShape[]) {
    this.id = id;
    this.shapes = shapes;
    this.#inputs = shapes.map(() => []);
    this.#outputs = shapes.map(() => []);
    this.#tokens = shapes.map(() => 0);
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  tokens(module: number): number {
    return this.#tokens[module]!;
  }

  /** Tokens of inputs of this length, or undefined when there is no such module or no such length. */
  tokensOf(module: number, inputBytes: number): number | undefined {
    const shape = this.shapes[module];
    const tokens = shape === undefined ? NaN : inputBytes / (LORA_INPUT_BYTES * shape.inputs);
    return Number.isInteger(tokens) && tokens >= 1 ? tokens : undefined;
  }

  /** Throws `LoraError` when the session would grow over its limits. */
  add(module: number, inputs: Uint8Array, outputs: Uint8Array): void {
    const tokens = this.tokensOf(module, inputs.length);
    if (tokens === undefined) throw new LoraError('wrongMessage', `${inputs.length} bytes are no inputs of module ${module}`);
    const total = this.#tokens.reduce((sum, count) => sum + count, tokens);
    if (total > SESSION_TOKEN_COUNT_MAX) throw new LoraError('limitReached', `${total} tokens in a session, at most ${SESSION_TOKEN_COUNT_MAX}`);
    this.#bytes += inputs.length + outputs.length;
    if (this.#bytes > SESSION_BYTES_MAX) throw new LoraError('limitReached', `${this.#bytes} bytes in a session, at most ${SESSION_BYTES_MAX}`);
    this.#inputs[module]!.push(inputs);
    this.#outputs[module]!.push(outputs);
    this.#tokens[module]! += tokens;
  }

  /** Both sides have the same when they saw the same. */
  digest(): Uint8Array {
    const hash = createHash('sha256').update('qanat/lora/session').update(this.id);
    this.shapes.forEach((_, module) => {
      for (const parts of [this.#inputs, this.#outputs]) hash.update(createHash('sha256').update(Buffer.concat(parts[module]!)).digest());
    });
    return hash.digest();
  }

  chunks(module: number): Chunk[] {
    const shape = this.shapes[module]!;
    const [inputs, outputs] = [this.#inputs, this.#outputs].map((parts) => new Uint8Array(Buffer.concat(parts[module]!))) as [Uint8Array, Uint8Array];
    const [inputBytes, outputBytes] = [LORA_INPUT_BYTES * shape.inputs, loraLayout(shape).outputBytes * shape.outputs];
    return Array.from({length: Math.ceil(this.#tokens[module]! / PROOF_TOKEN_COUNT_MAX)}, (_, index) => {
      const first = index * PROOF_TOKEN_COUNT_MAX;
      const tokens = Math.min(PROOF_TOKEN_COUNT_MAX, this.#tokens[module]! - first);
      return {
        index, tokens,
        inputs: inputs.subarray(first * inputBytes, (first + tokens) * inputBytes), outputs: outputs.subarray(first * outputBytes, (first + tokens) * outputBytes),
      };
    });
  }

  async write(folder: string): Promise<void> {
    await mkdir(folder, {recursive: true});
    for (const [module] of this.shapes.entries()) {
      await writeFile(join(folder, `${module}.inputs`), Buffer.concat(this.#inputs[module]!));
      await writeFile(join(folder, `${module}.outputs`), Buffer.concat(this.#outputs[module]!));
    }
    await writeFile(join(folder, 'session.json'), `${JSON.stringify({session: Buffer.from(this.id).toString('hex'), digest: Buffer.from(this.digest()).toString('hex')})}\n`);
  }
}

/** Reads what `write` wrote, for modules of these shapes. Throws `LoraError` when the parts do not belong together. */
export async function readSession(folder: string, shapes: readonly LoraShape[]): Promise<SessionRecord> {
  const {session, digest} = JSON.parse(await readFile(join(folder, 'session.json'), 'utf8')) as {session?: unknown; digest?: unknown};
  if (typeof session !== 'string' || !/^[0-9a-f]{64}$/.test(session)) throw new LoraError('wrongPackage', `${folder}/session.json names no session`);
  const record = new SessionRecord(new Uint8Array(Buffer.from(session, 'hex')), shapes);
  for (const [module] of shapes.entries()) {
    const [inputs, outputs] = await Promise.all(['inputs', 'outputs'].map(async (side) => new Uint8Array(await readFile(join(folder, `${module}.${side}`)))));
    if (inputs!.length > 0) record.add(module, inputs!, outputs!);
  }
  if (Buffer.from(record.digest()).toString('hex') !== digest) throw new LoraError('wrongPackage', `${folder} does not hold the session that session.json names`);
  return record;
}

/** What ties a proof made after the session to the session, the module and its part. */
export function sessionContext(session: Uint8Array, module: number, chunk: number): LoraContext {
  const place = new Uint8Array(8);
  new DataView(place.buffer).setUint32(0, module);
  new DataView(place.buffer).setUint32(4, chunk);
  return {chainId: 0n, caller: ZERO_ADDRESS, binding: createHash('sha256').update('qanat/lora/session proof').update(session).update(place).digest()};
}
