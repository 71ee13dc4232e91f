/**
 * Records of jobs in a SAP's storage: a head and words after it. With base = keccak256(jobId ‖ 0), where Solidity would put
 * the entry of a mapping(bytes32 => …) in slot 0, slot base holds the head, slot base + i word i.
 *
 * Head: status (1 byte), 3 zero bytes, step count (4 bytes), 4 zero bytes, invoker (20 bytes).
 */
import {keccak_256} from '@noble/hashes/sha3.js';
import {readWord, WORD_BYTES, writeWord} from '../codec/bytes.ts';
import type {SapStorage} from '../types.ts';

export const JobStatus = {none: 0, open: 1, recorded: 2} as const;
export type JobStatus = (typeof JobStatus)[keyof typeof JobStatus];

const STEP_COUNT_OFFSET = 4;
const INVOKER_OFFSET = 12;

export interface JobHead {
  readonly status: JobStatus;
  readonly stepCount: number;
  /** 20 bytes. */
  readonly invoker: Uint8Array;
}

/** Gas of storage. docs/spec/precompiles.md says why it is below the EVM's. */
export const RECORD_GAS = {
  /** A call: decoding, the job's id and its place. */
  base: 700n,
  slotRead: 1_000n,
  /** A slot that was never written: the state grows. */
  slotNew: 14_000n,
  slotChanged: 4_000n,
} as const;

export class JobRecord {
  readonly #storage: SapStorage;
  readonly #base: bigint;

  /** @param jobId 32 bytes */
  constructor(storage: SapStorage, jobId: Uint8Array) {
    const entry = new Uint8Array(2 * WORD_BYTES);
    entry.set(jobId);
    this.#storage = storage;
    this.#base = readWord(keccak_256(entry), 0);
  }

  async head(): Promise<JobHead> {
    const word = await this.read(0);
    const view = new DataView(word.buffer, word.byteOffset, WORD_BYTES);
    return {
      status: view.getUint8(0) as JobStatus,
      stepCount: view.getUint32(STEP_COUNT_OFFSET),
      invoker: word.slice(INVOKER_OFFSET),
    };
  }

  async writeHead({status, stepCount, invoker}: JobHead): Promise<void> {
    const word = new Uint8Array(WORD_BYTES);
    const view = new DataView(word.buffer);
    view.setUint8(0, status);
    view.setUint32(STEP_COUNT_OFFSET, stepCount);
    word.set(invoker, INVOKER_OFFSET);
    await this.write(0, word);
  }

  read(index: number): Promise<Uint8Array> {
    return this.#storage.get(this.#slot(index));
  }

  async write(index: number, word: Uint8Array): Promise<void> {
    await this.#storage.set(this.#slot(index), word);
  }

  #slot(index: number): Uint8Array {
    const bytes = new Uint8Array(WORD_BYTES);
    // Wraps like an addition of the EVM; the odds of a base that close to 2^256 are nil.
    writeWord(bytes, 0, this.#base + BigInt(index));
    return bytes;
  }
}
