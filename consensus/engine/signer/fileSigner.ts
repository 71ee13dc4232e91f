/**
 * Signs with a key that lies beside a small file with what was signed last (CometBFT privval/file.go). The file is durable before a
 * signature is returned, so neither a crash nor a bug in the engine can make this key sign two messages for one height, round and step.
 */
import {
  fromBase64,
  fromHex,
  equalBytes,
  proposalSignBytes,
  signBytesTimestamp,
  toBase64,
  toHexUpper,
  VoteType,
  voteSignBytes,
  type Proposal,
  type Timestamp,
  type Vote,
} from '#proto';
import type {AtomicFile, SignedPosition, Signer} from '../ports.ts';
import {SignerError} from './errors.ts';
import type {ValidatorKey} from './validatorKey.ts';

/** CometBFT's numbers; they stand in the file. */
const SignStep = {None: 0, Propose: 1, Prevote: 2, Precommit: 3} as const;
type SignStep = (typeof SignStep)[keyof typeof SignStep];

interface LastSigned {
  readonly height: bigint;
  readonly round: number;
  readonly step: SignStep;
  readonly signature: Uint8Array | undefined;
  readonly signBytes: Uint8Array | undefined;
}

const NOTHING_SIGNED: LastSigned = {height: 0n, round: 0, step: SignStep.None, signature: undefined, signBytes: undefined};

export class FileSigner implements Signer {
  readonly publicKey: Uint8Array;
  readonly address: Uint8Array;
  readonly #key: ValidatorKey;
  readonly #file: AtomicFile;
  #last: LastSigned;
  /** What was signed last, on its way to the disk: until it is there nothing else is signed. */
  #writing: Promise<void> | undefined;

  /**
   * @param stateFile priv_validator_state.json; one that does not exist means that this key never signed.
   * @throws SignerError CORRUPT_STATE
   */
  constructor(key: ValidatorKey, stateFile: AtomicFile) {
    this.#key = key;
    this.#file = stateFile;
    this.publicKey = key.publicKey;
    this.address = key.address;
    const bytes = stateFile.read();
    this.#last = bytes === undefined ? NOTHING_SIGNED : parseState(bytes);
  }

  get lastSigned(): SignedPosition {
    const {height, round, step} = this.#last;
    return {height, round, step};
  }

  async signVote(chainId: string, vote: Omit<Vote, 'signature'>): Promise<Vote> {
    const step = vote.type === VoteType.Prevote ? SignStep.Prevote : SignStep.Precommit;
    const {signature, timestamp} = await this.#sign('vote', vote, step, (time) => voteSignBytes(chainId, {...vote, timestamp: time}));
    return {...vote, timestamp, signature};
  }

  async signProposal(chainId: string, proposal: Omit<Proposal, 'signature'>): Promise<Proposal> {
    const {signature, timestamp} = await this.#sign('proposal', proposal, SignStep.Propose, (time) =>
      proposalSignBytes(chainId, {...proposal, timestamp: time}),
    );
    return {...proposal, timestamp, signature};
  }

  async #sign(
    kind: 'vote' | 'proposal',
    message: {readonly height: bigint; readonly round: number; readonly timestamp: Timestamp},
    step: SignStep,
    signBytesAt: (time: Timestamp) => Uint8Array,
  ): Promise<{signature: Uint8Array; timestamp: Timestamp}> {
    // Whoever waits for a write that fails hears of its own alone.
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined);
    const {height, round} = message;
    const last = this.#last;
    const order = compareSteps({height, round, step}, last);
    if (order < 0) {
      throw new SignerError(
        'REGRESSION',
        `asked to sign height ${height}, round ${round}, step ${step} after ${last.height}/${last.round}/${last.step}`,
      );
    }
    if (order === 0) {
      if (last.signBytes === undefined || last.signature === undefined) {
        throw new SignerError('CONFLICT', `what was signed at ${height}/${round}/${step} is not known`);
      }
      // We may have crashed after signing and before the log had it: the same message, but for its time, gets the same signature.
      const timestamp = signBytesTimestamp(kind, last.signBytes);
      if (!equalBytes(signBytesAt(timestamp), last.signBytes)) {
        throw new SignerError('CONFLICT', `another message was signed at ${height}/${round}/${step}`);
      }
      return {signature: last.signature, timestamp};
    }
    const signBytes = signBytesAt(message.timestamp);
    const signature = this.#key.sign(signBytes);
    const next: LastSigned = {height, round, step, signature, signBytes};
    await this.#store(next);
    return {signature, timestamp: message.timestamp};
  }

  async #store(next: LastSigned): Promise<void> {
    const bytes = serialiseState(next);
    if (this.#file.write === undefined) {
      this.#file.writeSync(bytes);
      this.#last = next;
      return;
    }
    this.#writing = this.#file.write(bytes);
    try {
      await this.#writing;
      this.#last = next;
    } finally {
      this.#writing = undefined;
    }
  }
}

function compareSteps(a: SignedPosition, b: SignedPosition): number {
  if (a.height !== b.height) return a.height < b.height ? -1 : 1;
  if (a.round !== b.round) return a.round - b.round;
  return a.step - b.step;
}

function serialiseState({height, round, step, signature, signBytes}: LastSigned): Uint8Array {
  const json = {
    height: height.toString(),
    round,
    step,
    ...(signature === undefined ? {} : {signature: toBase64(signature)}),
    ...(signBytes === undefined ? {} : {signbytes: toHexUpper(signBytes)}),
  };
  return Buffer.from(`${JSON.stringify(json, undefined, 2)}\n`);
}

function parseState(bytes: Uint8Array): LastSigned {
  try {
    const json = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>;
    const {height, round, step, signature, signbytes} = json;
    const parsed = BigInt(height as string);
    if (typeof height !== 'string' || parsed < 0n) throw new TypeError('height');
    if (!Number.isSafeInteger(round) || (round as number) < 0) throw new TypeError('round');
    if (![0, 1, 2, 3].includes(step as number)) throw new TypeError('step');
    return {
      height: parsed,
      round: round as number,
      step: step as SignStep,
      signature: signature === undefined || signature === null ? undefined : fromBase64(signature as string),
      signBytes: signbytes === undefined || signbytes === '' ? undefined : fromHex(signbytes as string),
    };
  } catch (error) {
    throw new SignerError('CORRUPT_STATE', `the last-sign state cannot be read: ${(error as Error).message}`);
  }
}
