/** A contributor's and a buyer's part of LoraSale (protocols/contracts/examples/LoraSale.sol). */
import {concat, encodeAbiParameters, hexToBytes, keccak256, toHex} from 'viem';
import type {Hex} from 'viem';
import {encodeLoraShape, LORA_INPUT_BYTES, loraLayout, loraRegistrationLayout} from '#precompiles/codec';
import type {LoraContext} from '#precompiles/codec';
import type {CommittedModule} from './commit.ts';
import {LoraError} from './errors.ts';
import {proveLora} from './prove.ts';
import {hedgedRandomness} from './randomness.ts';
import {proveRegistration} from './register.ts';
import type {SessionRecord} from './session.ts';

/** Bytes of responses in one transaction: with rows and announcements it stays below 128 kB. */
const RESPONSE_BYTES_PER_CALL = 64 * 1024;

export interface SaleToken {
  readonly inputs: Uint8Array;
  readonly outputs: Uint8Array;
}

/** The arguments of ILoraProof.register, call by call. */
export type RegisterArguments = readonly [shape: Hex, rows: Hex, binding: Hex, announcements: Hex, first: bigint, responses: Hex];

/** Registers one module on chain, in as many calls as its responses take. */
export function registrationCalls(module: CommittedModule, context: LoraContext, secret: Uint8Array): RegisterArguments[] {
  const {announcementsBytes, responseBytes} = loraRegistrationLayout([module.shape]);
  const proof = proveRegistration([module], context, hedgedRandomness(secret, module.rows));
  const responses = proof.subarray(announcementsBytes);
  const perCall = Math.max(1, Math.floor(RESPONSE_BYTES_PER_CALL / responseBytes));
  return Array.from({length: Math.ceil(responses.length / (perCall * responseBytes))}, (_, i) => [
    toHex(encodeLoraShape(module.shape)), toHex(module.rows), toHex(context.binding), toHex(proof.subarray(0, announcementsBytes)), BigInt(i * perCall),
    toHex(responses.subarray(i * perCall * responseBytes, (i + 1) * perCall * responseBytes)),
  ] as const);
}

/** What a session holds of a module, token by token. */
export function saleTokens(record: SessionRecord, module: number): SaleToken[] {
  const shape = record.shapes[module]!;
  const [inputSize, outputSize] = [LORA_INPUT_BYTES * shape.inputs, loraLayout(shape).outputBytes * shape.outputs];
  return record.chunks(module).flatMap(({tokens, inputs, outputs}) => Array.from({length: tokens}, (_, t) => ({
    inputs: inputs.subarray(t * inputSize, (t + 1) * inputSize), outputs: outputs.subarray(t * outputSize, (t + 1) * outputSize),
  })));
}

/** The Merkle tree of a session: pairs are hashed in order (OpenZeppelin's MerkleProof), an odd node goes up as it is. */
export class SessionTree {
  readonly tokens: number;
  readonly #levels: Hex[][];

  /** @param modules tokens by module; every module has as many. Throws `LoraError`. */
  constructor(modules: readonly (readonly SaleToken[])[]) {
    this.tokens = modules[0]?.length ?? 0;
    if (this.tokens === 0 || modules.some(({length}) => length !== this.tokens)) throw new LoraError('wrongMessage', 'the modules of a session have not the same number of tokens');
    this.#levels = [modules.flatMap((tokens, module) => tokens.map((token, t) => leafOf(module, t, token)))];
    for (let level = this.#levels[0]!; level.length > 1; level = this.#levels.at(-1)!) {
      this.#levels.push(Array.from({length: Math.ceil(level.length / 2)}, (_, i) => {
        const [left, right] = [level[2 * i]!, level[2 * i + 1]];
        return right === undefined ? left : keccak256(concat(left < right ? [left, right] : [right, left]));
      }));
    }
  }

  get root(): Hex {
    return this.#levels.at(-1)![0]!;
  }

  path(module: number, token: number): Hex[] {
    const leaf = module * this.tokens + token;
    return this.#levels.slice(0, -1).flatMap((level, depth) => level[(leaf >> depth) ^ 1] ?? []);
  }
}

function leafOf(module: number, token: number, {inputs, outputs}: SaleToken): Hex {
  return keccak256(keccak256(encodeAbiParameters(
    [{type: 'uint256'}, {type: 'uint256'}, {type: 'bytes32'}, {type: 'bytes32'}],
    [BigInt(module), BigInt(token), keccak256(inputs), keccak256(outputs)],
  )));
}

export interface SaleProofRequest {
  readonly chainId: bigint;
  readonly sale: Hex;
  /** LoraSale.bindingOf and drawOf. */
  readonly binding: Hex;
  readonly drawn: readonly number[];
  readonly tokens: readonly SaleToken[];
  readonly tree: SessionTree;
  readonly index: number;
}

/** LoraSale's ModuleProof: the drawn tokens with their paths, and the proof. */
export function proveSaleModule(module: CommittedModule, secret: Uint8Array, request: SaleProofRequest): {
  shape: Hex; rows: Hex; inputs: Hex; outputs: Hex; proof: Hex; paths: Hex[][];
} {
  const {chainId, sale, binding, drawn, tokens, tree, index} = request;
  const join = (side: keyof SaleToken): Uint8Array => new Uint8Array(Buffer.concat(drawn.map((token) => tokens[token]![side])));
  const [inputs, outputs] = [join('inputs'), join('outputs')];
  const context = {chainId, caller: sale, binding: hexToBytes(binding)};
  return {
    shape: toHex(encodeLoraShape(module.shape)), rows: toHex(module.rows), inputs: toHex(inputs), outputs: toHex(outputs),
    proof: toHex(proveLora(module, {context, inputs, outputs}, hedgedRandomness(secret, context.binding, inputs, outputs))),
    paths: drawn.map((token) => tree.path(index, token)),
  };
}
