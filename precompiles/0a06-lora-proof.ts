/**
 * SAP 0x0a06: LoRA proofs, Y = X Aᵀ Bᵀ for a registered commitment to hidden A and B (protocols/contracts/interfaces/ILoraProof.sol;
 * specified in docs/spec/precompiles.md and docs/spec/lora.md).
 */
import {CallReader, encodeAddress, encodeBool, encodeError, encodeUint, readSelector, selectorOf} from './abi.ts';
import {
  CodecError, decodeLoraShape, LORA_REPETITIONS, LORA_SHAPE_BYTES, loraCommitment, loraLayout, loraProofLayout, loraRegistrationLayout, loraTokenCount,
} from './codec/index.ts';
import type {LoraContext, LoraLayout, LoraShape} from './codec/index.ts';
import {registrationChallenges, verifyLora, verifyResponses} from './lora/index.ts';
import {readProgress, readRecord, writeProgress, writeRecord} from './lora-registry.ts';
import type {Sap, SapCall, SapResult} from './types.ts';

const WORD = 32;
const G1_BYTES = 64;
const REGISTER = selectorOf('register(bytes16,bytes,bytes32,bytes,uint256,bytes)');
const REGISTRATION = selectorOf('registration(bytes32)');
const VERIFY = selectorOf('verify(bytes32,bytes32,bytes16,bytes,bytes,bytes,bytes)');

const ALL_REPETITIONS = (1n << BigInt(LORA_REPETITIONS)) - 1n;

/** Gas. docs/spec/precompiles.md has the measurements behind the figures and the command that repeats them. */
export const LORA_PROOF_GAS = {
  /** A look at the registry (two slots), and a call that no method takes. */
  lookup: 5_200n,
  /** Registration: transcript, and four storage slots (EIP-2200 and EIP-2929). */
  register: 250_000n,
  /** Verification without its parts. */
  verify: 160_000n,
  /** A point that comes with the call: a row of the commitment, an announcement. */
  perPoint: 2_100n,
  /** A generator, whose multiples are kept. */
  perGenerator: 1_500n,
  /** An integer of a response to a registration's challenge. */
  perResponseInteger: 12n,
  /** A challenge of a registration: one per row and repetition. */
  perChallenge: 4n,
  /** A scalar of a proof: read, and used once or twice. */
  perScalar: 60n,
  /** An input or an output, for all tokens: its place in the collapsed row. */
  perDimension: 22n,
  /** An input or an output of one token. */
  perValue: 3n,
  /** A word of calldata: copied and hashed. */
  perWord: 12n,
} as const;

type Outcome = Omit<SapResult, 'gasUsed'>;

export const loraProof: Sap = {
  address: '0x0000000000000000000000000000000000000a06',
  name: 'LoraProof',

  gas(data) {
    switch (readSelector(data)) {
      case REGISTER: {
        const call = readRegister(data);
        return call === undefined ? LORA_PROOF_GAS.lookup : registerGas(data.length, call);
      }
      case VERIFY: {
        const call = readVerify(data);
        return call === undefined ? LORA_PROOF_GAS.lookup : verifyGas(data.length, call);
      }
      default:
        return LORA_PROOF_GAS.lookup;
    }
  },

  async run(call) {
    if (call.value !== 0n) return revert(encodeError('ValueRefused()'));
    switch (readSelector(call.data)) {
      case REGISTER:
        return register(call);
      case REGISTRATION:
        return registration(call);
      case VERIFY:
        return verify(call);
      default:
        return malformed();
    }
  },
};

interface RegisterCall {
  readonly shape: LoraShape;
  readonly layout: LoraLayout;
  readonly rows: Uint8Array;
  readonly binding: Uint8Array;
  readonly announcements: Uint8Array;
  readonly first: number;
  readonly count: number;
  readonly responses: Uint8Array;
}

interface VerifyCall {
  readonly commitment: Uint8Array;
  readonly binding: Uint8Array;
  readonly shape: LoraShape;
  readonly layout: LoraLayout;
  readonly rows: Uint8Array;
  readonly inputs: Uint8Array;
  readonly outputs: Uint8Array;
  readonly proof: Uint8Array;
  readonly tokens: number;
}

/** The canonical call whose parts have the lengths that its shape says; undefined for any other. */
function readRegister(data: Uint8Array): RegisterCall | undefined {
  const reader = new CallReader(data, 6);
  const shape = readShape(reader.word());
  const rows = reader.bytes(data.length);
  const binding = reader.word();
  const announcements = reader.bytes(data.length);
  const first = reader.uint(LORA_REPETITIONS - 1);
  const responses = reader.bytes(data.length);
  if (shape === undefined || rows === undefined || binding === undefined || announcements === undefined || first === undefined) return undefined;
  if (responses === undefined || !reader.isAtEnd()) return undefined;
  const layout = loraLayout(shape);
  const parts = registrationLayout(shape);
  if (parts === undefined || rows.length !== layout.rowCount * G1_BYTES || announcements.length !== parts.announcementsBytes) return undefined;
  const count = responses.length / parts.responseBytes;
  if (!Number.isInteger(count) || count < 1 || first + count > LORA_REPETITIONS) return undefined;
  return {shape, layout, rows, binding, announcements, first, count, responses};
}

function readVerify(data: Uint8Array): VerifyCall | undefined {
  const reader = new CallReader(data, 7);
  const commitment = reader.word();
  const binding = reader.word();
  const shape = readShape(reader.word());
  const [rows, inputs, outputs, proof] = [reader.bytes(data.length), reader.bytes(data.length), reader.bytes(data.length), reader.bytes(data.length)];
  if (commitment === undefined || binding === undefined || shape === undefined) return undefined;
  if (rows === undefined || inputs === undefined || outputs === undefined || proof === undefined || !reader.isAtEnd()) return undefined;
  const layout = loraLayout(shape);
  const tokens = loraTokenCount(shape, inputs.length, outputs.length);
  if (tokens === undefined || rows.length !== layout.rowCount * G1_BYTES || proof.length !== loraProofLayout(shape, layout).length) return undefined;
  return {commitment, binding, shape, layout, rows, inputs, outputs, proof, tokens};
}

/** A bytes16: the shape, then zeros. */
function readShape(word: Uint8Array | undefined): LoraShape | undefined {
  if (word === undefined || word.subarray(LORA_SHAPE_BYTES).some((byte) => byte !== 0)) return undefined;
  return undefinedIfRefused(() => decodeLoraShape(word.subarray(0, LORA_SHAPE_BYTES)));
}

function registrationLayout(shape: LoraShape): ReturnType<typeof loraRegistrationLayout> | undefined {
  return undefinedIfRefused(() => loraRegistrationLayout([shape]));
}

function undefinedIfRefused<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

function registerGas(length: number, {shape, layout, count}: RegisterCall): bigint {
  return LORA_PROOF_GAS.register
    + LORA_PROOF_GAS.perPoint * BigInt(layout.rowCount + count)
    + LORA_PROOF_GAS.perGenerator * BigInt(shape.width + 1)
    + LORA_PROOF_GAS.perResponseInteger * BigInt(count * (shape.width + 1))
    + LORA_PROOF_GAS.perChallenge * BigInt(layout.rowCount * count)
    + LORA_PROOF_GAS.perWord * words(length);
}

function verifyGas(length: number, {shape, layout, tokens}: VerifyCall): bigint {
  const dimensions = shape.inputs + shape.outputs;
  return LORA_PROOF_GAS.verify
    + LORA_PROOF_GAS.perPoint * BigInt(layout.rowCount)
    + LORA_PROOF_GAS.perGenerator * BigInt(shape.width + 2)
    + LORA_PROOF_GAS.perScalar * BigInt(2 * shape.width + 4 * layout.variables)
    + LORA_PROOF_GAS.perDimension * BigInt(dimensions)
    + LORA_PROOF_GAS.perValue * BigInt(tokens * dimensions)
    + LORA_PROOF_GAS.perWord * words(length);
}

async function register(call: SapCall): Promise<Outcome> {
  const {data, isStatic, isDelegate, storage} = call;
  if (isStatic || isDelegate) return revert(encodeError('WriteRefused()'));
  const request = readRegister(data);
  if (request === undefined) return malformed();
  const {shape, rows, binding, announcements, first, count, responses} = request;
  const commitment = loraCommitment(shape, rows);
  if ((await readRecord(storage, commitment)) !== undefined) return revert(encodeError('AlreadyRegistered(bytes32)', commitment));
  const registrationOfOne = {modules: [{shape, rows}], context: contextOf(call, binding), announcements};
  if (!verifyResponses(registrationOfOne, first, responses)) return revert(encodeError('InvalidRegistration()'));
  const {digest} = registrationChallenges(registrationOfOne);
  const proven = (await readProgress(storage, digest)) | (((1n << BigInt(count)) - 1n) << BigInt(first));
  await writeProgress(storage, digest, proven);
  if (proven === ALL_REPETITIONS) await writeRecord(storage, commitment, {registrant: call.caller, binding});
  const missing = proven.toString(2).padStart(LORA_REPETITIONS, '0').replaceAll('1', '').length;
  return success(commitment, encodeUint(BigInt(missing)));
}

async function registration({data, storage}: SapCall): Promise<Outcome> {
  const reader = new CallReader(data, 1);
  const commitment = reader.word();
  if (commitment === undefined || !reader.isAtEnd()) return malformed();
  const record = await readRecord(storage, commitment);
  if (record === undefined) return revert(encodeError('UnknownCommitment(bytes32)', commitment));
  return success(encodeAddress(record.registrant), record.binding);
}

async function verify(call: SapCall): Promise<Outcome> {
  const request = readVerify(call.data);
  if (request === undefined) return malformed();
  const {commitment, binding, shape, rows, inputs, outputs, proof} = request;
  if ((await readRecord(call.storage, commitment)) === undefined) return revert(encodeError('UnknownCommitment(bytes32)', commitment));
  const isOpened = Buffer.compare(loraCommitment(shape, rows), commitment) === 0;
  return success(encodeBool(isOpened && verifyLora({shape, rows, context: contextOf(call, binding), inputs, outputs, proof})));
}

function contextOf({chainId, caller}: SapCall, binding: Uint8Array): LoraContext {
  return {chainId, caller, binding};
}

function words(length: number): bigint {
  return BigInt(Math.ceil(length / WORD));
}

function success(...parts: readonly Uint8Array[]): Outcome {
  return {status: 'success', output: Uint8Array.from(Buffer.concat(parts))};
}

function revert(output: Uint8Array): Outcome {
  return {status: 'revert', output};
}

function malformed(): Outcome {
  return revert(encodeError('MalformedCall()'));
}
