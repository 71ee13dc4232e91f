/**
 * Light-client scenarios of tendermint-rs (light-client/tests, made by its model-based generator and by Tendermint's Go code).
 * A file is a single step (`initial`, `input`) or a bisection (`trust_options`, `primary`, `witnesses`).
 */
import {fromHex, timestampFromRfc3339, type LightBlock, type Timestamp} from '#proto';
import {COMET_ENCODING, DEFAULT_TRUST_LEVEL, LightClient, LightClientError, ProviderError, verify, type ChainEncoding, type LightClock, type Provider, type VerificationOptions} from '#consensus/light';
import {memoryStore} from '#node/storage';
import type {Case, Outcome, Suite} from '../runner.ts';
import {AMINO_ENCODING, isAmino} from './amino.ts';
import {lightBlockOf, validatorSetFrom, type Json} from './json.ts';

const PASSED: Outcome = {kind: 'passed'};
/** Go's default, which tendermint-rs' tests allow where the file names one outcome; the model-based steps come with one second (CometBFT) or none. */
const DRIFT_MS = 10_000;
const STEP_DRIFT_MS = 1_000;
const NS_PER_MS = 1_000_000n;

export const lightClientSuite: Suite = {
  extension: '.json',
  casesOf(content) {
    const json: Json = JSON.parse(content);
    if (isObject(json) && isObject(json.initial) && Array.isArray(json.input)) return [singleStep(json)];
    if (isObject(json) && isObject(json.trust_options) && isObject(json.primary)) return [bisection(json)];
    return [{name: '', run: async () => ({kind: 'skipped', reason: 'neither a single step (initial, input) nor a bisection (trust_options, primary)'})}];
  },
};

/** Every input is verified against the last one that succeeded; each names its verdict, or the file one for all (`expected_output`). */
function singleStep(json: Json): Case {
  return {
    name: json.description ?? '',
    async run() {
      const {initial, input} = json;
      let trusted = lightBlockOf(initial.signed_header, initial.next_validator_set);
      const encoding = encodingOf(lightBlockOf(initial.signed_header, initial.validator_set ?? initial.next_validator_set));
      for (const [index, step] of (input as Json[]).entries()) {
        const expected: string = step.verdict ?? (json.expected_output === 'error' ? 'ERROR' : 'SUCCESS');
        const now = timestampFromRfc3339(step.verdict === undefined ? initial.now : step.now);
        const times = {trustingPeriodNs: BigInt(initial.trusting_period), maxClockDriftNs: NS_PER_MS * BigInt(step.verdict === undefined ? DRIFT_MS : STEP_DRIFT_MS)};
        const {verdict, block} = verdictOf(trusted, step.block ?? step, times, now, encoding);
        if (!isMet(expected, verdict.code)) {
          return {kind: 'failed', reason: `input ${index}: ${verdict.code}${verdict.problem === undefined ? '' : ` (${verdict.problem})`}, expected ${expected}`};
        }
        if (verdict.code === 'SUCCESS') trusted = {...block!, validatorSet: validatorSetFrom((step.block ?? step).next_validator_set)};
      }
      return PASSED;
    },
  };
}

interface Verdict {
  readonly code: 'SUCCESS' | 'NOT_ENOUGH_TRUST' | 'INVALID' | 'FAILED_TRUSTING_PERIOD' | 'PARSE_ERROR';
  readonly problem?: string;
}

/** INVALID stands for every refusal that is not for lack of trust, as in CometBFT's and in tendermint-rs' own runner. */
function isMet(expected: string, actual: Verdict['code']): boolean {
  if (expected === 'ERROR') return actual !== 'SUCCESS';
  if (expected === 'INVALID') return actual !== 'SUCCESS' && actual !== 'NOT_ENOUGH_TRUST';
  return actual === expected;
}

function verdictOf(
  trusted: LightBlock,
  json: Json,
  times: Pick<VerificationOptions, 'trustingPeriodNs' | 'maxClockDriftNs'>,
  now: Timestamp,
  encoding: ChainEncoding,
): {readonly verdict: Verdict; readonly block?: LightBlock} {
  let block: LightBlock;
  try {
    block = lightBlockOf(json.signed_header, json.validator_set);
  } catch (error) {
    return {verdict: {code: 'PARSE_ERROR', problem: (error as Error).message}};
  }
  const options = {...times, trustLevel: DEFAULT_TRUST_LEVEL, encoding};
  const refusal = verify(trusted.signedHeader, trusted.validatorSet, block, options, now);
  if (refusal === undefined) return {verdict: {code: 'SUCCESS'}, block};
  return {verdict: {code: refusal.code === 'EXPIRED' ? 'FAILED_TRUSTING_PERIOD' : refusal.code === 'NOT_ENOUGH_TRUST' ? refusal.code : 'INVALID', problem: refusal.problem}, block};
}

/** The whole light client: trust options, the primary's chain, and every witness of the file. */
function bisection(json: Json): Case {
  return {
    name: json.description ?? '',
    async run() {
      const {trust_options: trust, primary, witnesses, height_to_verify: height, now, expected_output: expected} = json;
      const expectsError = expected === 'error';
      const providers = [primary, ...((witnesses ?? []) as Json[]).map((witness) => witness.value ?? witness)].map((provider, index) => new RecordedProvider(`provider ${index}`, provider));
      const [first, ...others] = providers as [RecordedProvider, ...RecordedProvider[]];
      const anchor = first.at(BigInt(trust.height));
      const time = timestampFromRfc3339(now);
      try {
        const client = await LightClient.create(
          {
            chainId: primary.chain_id,
            trust: {height: BigInt(trust.height), hash: fromHex(trust.hash), periodNs: BigInt(trust.period)},
            trustLevel: {numerator: BigInt(trust.trust_level.numerator), denominator: BigInt(trust.trust_level.denominator)},
            maxClockDriftMs: DRIFT_MS,
            ...(anchor !== undefined && {encoding: encodingOf(anchor)}),
          },
          // A file without witnesses is about verification only: its primary then confirms itself.
          {primary: first, witnesses: others.length === 0 ? [new RecordedProvider('the primary again', primary)] : others, db: memoryStore(), clock: new StoppedClock(time), logger: SILENT},
        );
        await client.verifyLightBlockAtHeight(BigInt(height));
        return expectsError ? {kind: 'failed', reason: `height ${height} was verified, expected an error`} : PASSED;
      } catch (error) {
        if (!(error instanceof LightClientError)) throw error;
        return expectsError ? PASSED : {kind: 'failed', reason: `${error.code}: ${error.message}`};
      }
    },
  };
}

/** Proven by the hashes of the first block, not by a name: what is not of Tendermint 0.33 is verified as CometBFT 0.38 would. */
function encodingOf(block: LightBlock): ChainEncoding {
  return isAmino(block) ? AMINO_ENCODING : COMET_ENCODING;
}

class RecordedProvider implements Provider {
  readonly name: string;
  readonly #blocks: ReadonlyMap<bigint, LightBlock>;
  readonly #latest: bigint;

  constructor(name: string, json: Json) {
    this.name = name;
    const blocks = (json.lite_blocks as Json[]).map((block) => lightBlockOf(block.signed_header, block.validator_set));
    this.#blocks = new Map(blocks.map((block) => [block.signedHeader.header.height, block]));
    this.#latest = [...this.#blocks.keys()].reduce((a, b) => (a > b ? a : b), 0n);
  }

  at(height: bigint): LightBlock | undefined {
    return this.#blocks.get(height);
  }

  async lightBlock(height: bigint | 'latest'): Promise<LightBlock> {
    const block = this.#blocks.get(height === 'latest' ? this.#latest : height);
    if (block !== undefined) return block;
    throw new ProviderError(height !== 'latest' && height > this.#latest ? 'HEIGHT_TOO_HIGH' : 'NOT_FOUND', `${this.name} has no height ${height}`);
  }

  async reportEvidence(): Promise<void> {}
}

/** Recorded chains do not go on while we wait. */
class StoppedClock implements LightClock {
  readonly #now: Timestamp;

  constructor(now: Timestamp) {
    this.#now = now;
  }

  now(): Timestamp {
    return this.#now;
  }

  setTimer(_delayMs: number, fn: () => void): () => void {
    const immediate = setImmediate(fn);
    return () => clearImmediate(immediate);
  }
}

const SILENT = {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}};

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
