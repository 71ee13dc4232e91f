/**
 * What this node's own users submitted and no block has taken yet, on disk: until it is gossiped or proposed, nobody else knows it
 * (go-ethereum keeps a transactions.rlp for the same reason). It is handed to the operating system before the submission is answered,
 * so an end of the process, however sudden, loses nothing; a power cut may lose the last seconds, which peers have heard by then.
 * Nothing here is synced before the node ends, so that no submission and no block waits for the disk.
 */
import type {MempoolLimits} from './limits.ts';
import type {MempoolLogger} from './types.ts';

/** A log of records in segments: `FileLog` of the engine. */
export interface JournalFile {
  append(record: Uint8Array): void;
  /** Hands what was appended to the operating system. */
  flush(): void;
  /** Of the newest segments, no more than `bytesMax`. */
  readAll(bytesMax: number): JournalContents;
  /** Begins a new segment with what stands for all that was appended until now; `kept` stay, with the new one. Throws with the old one as it was. */
  replace(records: Iterable<Uint8Array>, kept: number): void;
  /** Makes the rest durable. */
  close(): void;
}

export interface JournalContents {
  readonly records: readonly Uint8Array[];
  readonly tornBytes: number;
  readonly damage?: readonly {readonly place: string; readonly bytes: number}[];
  /** Bytes beyond what was asked for. */
  readonly skippedBytes?: number;
}

export type JournalLimits = Pick<MempoolLimits, 'journalBytesMin' | 'journalReadBytesMax'>;

export interface LocalJournalModules {
  readonly file: JournalFile;
  readonly logger: MempoolLogger;
}

/** The older one is what a power cut leaves before the system has written the newer one to the disk. */
const SEGMENTS_KEPT = 2;

export class LocalJournal {
  private readonly limits: JournalLimits;
  private readonly modules: LocalJournalModules;
  /** Since the newest segment was begun. */
  private bytesWritten = 0;
  private bytesAllowed: number;
  private written: Promise<void> | undefined;
  private isLoading = false;
  private isFailed = false;
  private isClosed = false;

  constructor(limits: JournalLimits, modules: LocalJournalModules) {
    this.limits = limits;
    this.modules = modules;
    this.bytesAllowed = limits.journalBytesMin;
  }

  /** What is stored, oldest first; some of it twice, and much of it in blocks by now. It stays stored until `loaded`. */
  load(): readonly Uint8Array[] {
    this.isLoading = true;
    const {records, tornBytes, damage = [], skippedBytes = 0} = this.modules.file.readAll(this.limits.journalReadBytesMax);
    if (tornBytes > 0) this.modules.logger.warn({bytes: tornBytes}, 'the last transaction of the journal was not written to its end');
    for (const {place, bytes} of damage) this.modules.logger.warn({place, bytes}, 'the journal of transactions is damaged; the rest of it is used');
    if (skippedBytes > 0) {
      this.modules.logger.warn({bytes: skippedBytes, readMax: this.limits.journalReadBytesMax}, 'the journal of transactions is too large; the rest of it is not read');
    }
    this.bytesWritten = records.reduce((sum, record) => sum + record.length, 0);
    return records;
  }

  /** What was loaded is in the pool as far as it can be: `waiting` is what counts from now on. */
  loaded(waiting: Iterable<Uint8Array>): void {
    this.isLoading = false;
    this.rewrite(waiting);
  }

  /** Resolves once the operating system has it: together with all others of the same turn, in one write. */
  append(raw: Uint8Array): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    try {
      this.modules.file.append(raw);
      this.bytesWritten += raw.length;
    } catch (error) {
      this.failed(error);
      return Promise.resolve();
    }
    this.written ??= Promise.resolve().then(() => {
      this.written = undefined;
      this.flush();
    });
    return this.written;
  }

  /** Whether so much has been written that `rewrite` should be called. */
  get isFull(): boolean {
    return !this.isClosed && !this.isLoading && this.bytesWritten > this.bytesAllowed;
  }

  /**
   * Begins again with what still waits: the journal stays within a multiple of it. After a failure it goes on as it was. Not while
   * it is loaded: what is not in the pool yet would be forgotten.
   */
  rewrite(waiting: Iterable<Uint8Array>): void {
    if (this.isClosed || this.isLoading) return;
    const {journalBytesMin} = this.limits;
    let bytes = 0;
    function* counted(): Iterable<Uint8Array> {
      for (const raw of waiting) {
        bytes += raw.length;
        yield raw;
      }
    }
    try {
      this.modules.file.replace(counted(), SEGMENTS_KEPT);
      this.isFailed = false;
      this.bytesWritten = bytes;
      this.bytesAllowed = Math.max(journalBytesMin, 2 * bytes);
    } catch (error) {
      this.failed(error);
      // Not at every submission from now on: what waits may be much.
      this.bytesAllowed = this.bytesWritten + Math.max(journalBytesMin, bytes);
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    try {
      this.modules.file.close();
    } catch (error) {
      this.failed(error);
    }
  }

  private flush(): void {
    if (this.isClosed) return;
    try {
      this.modules.file.flush();
      this.isFailed = false;
    } catch (error) {
      this.failed(error);
    }
  }

  /** The pool goes on: a full disk must not refuse transactions that a block could take now. */
  private failed(error: unknown): void {
    if (!this.isFailed) this.modules.logger.error({err: error}, 'transactions cannot be written to the journal; a restart now would forget those that wait');
    this.isFailed = true;
  }
}
