/**
 * What this node's own users submitted and no block has taken yet, on disk: until it is gossiped or proposed, nobody else knows it
 * (go-ethereum keeps a transactions.rlp for the same reason). It is handed to the operating system before the submission is answered,
 * so an end of the process, however sudden, loses nothing; a power cut may lose the last seconds, which peers have heard by then.
 */
import type {MempoolLimits} from './limits.ts';
import type {MempoolLogger} from './types.ts';

/** A log of records in segments: `FileLog` of the engine. */
export interface JournalFile {
  append(record: Uint8Array): void;
  /** Hands what was appended to the operating system. */
  flush(): void;
  /** Makes it durable. */
  sync(): void;
  readAll(): {readonly records: readonly Uint8Array[]; readonly tornBytes: number; readonly damage?: readonly {readonly place: string; readonly bytes: number}[]};
  /** Begins a new segment; `kept` stay, with the new one. */
  rotate(kept: number): void;
  close(): void;
}

export interface LocalJournalModules {
  readonly file: JournalFile;
  readonly logger: MempoolLogger;
}

/** The older one is the whole truth until the newer one is complete. */
const SEGMENTS_KEPT = 2;

export class LocalJournal {
  private readonly limits: Pick<MempoolLimits, 'journalBytesMin'>;
  private readonly modules: LocalJournalModules;
  /** Since the newest segment was begun. */
  private bytesWritten = 0;
  private bytesAllowed: number;
  private written: Promise<void> | undefined;
  private isFailed = false;
  private isClosed = false;

  constructor(limits: Pick<MempoolLimits, 'journalBytesMin'>, modules: LocalJournalModules) {
    this.limits = limits;
    this.modules = modules;
    this.bytesAllowed = limits.journalBytesMin;
  }

  /** All that is stored, oldest first; some of it twice, and much of it in blocks by now. */
  load(): readonly Uint8Array[] {
    const {records, tornBytes, damage = []} = this.modules.file.readAll();
    if (tornBytes > 0) this.modules.logger.warn({bytes: tornBytes}, 'the last transaction of the journal was not written to its end');
    for (const {place, bytes} of damage) this.modules.logger.warn({place, bytes}, 'the journal of transactions is damaged; the rest of it is used');
    this.bytesWritten = records.reduce((sum, record) => sum + record.length, 0);
    return records;
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
    return !this.isClosed && this.bytesWritten > this.bytesAllowed;
  }

  /** Begins again with what still waits: the journal stays within a multiple of it. */
  rewrite(waiting: Iterable<Uint8Array>): void {
    if (this.isClosed) return;
    const {file} = this.modules;
    try {
      file.rotate(SEGMENTS_KEPT);
      this.bytesWritten = 0;
      for (const raw of waiting) {
        file.append(raw);
        this.bytesWritten += raw.length;
      }
      file.sync();
    } catch (error) {
      this.failed(error);
    }
    this.bytesAllowed = Math.max(this.limits.journalBytesMin, 2 * this.bytesWritten);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.modules.file.close();
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
