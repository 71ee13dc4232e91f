import {randomBytes} from 'node:crypto';
import {AddressBook} from './addressBook.ts';
import type {AddressBookModules, AddressBookOptions, KnownAddress} from './addressBook.ts';
import {isPeerId} from './addresses.ts';
import {parseBookAddress} from './bookAddress.ts';
import {SCORED_PEERS_MAX, STATE_SAVE_INTERVAL_MS} from './limits.ts';
import type {Ban, PeerScores} from './peerScores.ts';
import {readStateFile, writeStateFile} from './stateFile.ts';
import type {P2pClock, P2pLogger} from './types.ts';

export interface PeerStoreModules extends AddressBookModules {
  readonly scores: PeerScores;
  readonly clock: P2pClock;
  readonly logger: P2pLogger;
}

/**
 * What is remembered of peers from one run to the next: the address book and the bans. Neither is needed to agree on blocks: a file
 * that is damaged is reported and begun anew.
 */
export class PeerStore {
  book: AddressBook;
  readonly #options: Omit<AddressBookOptions, 'key'>;
  readonly #files: {readonly addressBook: string; readonly bans: string} | undefined;
  readonly #modules: PeerStoreModules;
  #key = randomBytes(16).toString('hex');
  #savedBook = 0;
  #savedBans = '[]';
  #cancelTimer: (() => void) | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: Omit<AddressBookOptions, 'key'>, files: {readonly addressBook: string; readonly bans: string} | undefined, modules: PeerStoreModules) {
    this.#options = options;
    this.#files = files;
    this.#modules = modules;
    this.book = new AddressBook({...options, key: this.#key}, modules);
  }

  /** Reads both files and begins to save what changes. Never rejects. */
  async open(): Promise<void> {
    if (this.#files === undefined) return;
    const {addressBook, bans} = this.#files;
    await this.#read(addressBook, value => this.#restoreBook(value));
    await this.#read(bans, value => this.#modules.scores.restore(checkedBans(value)));
    this.#savedBook = this.book.version;
    this.#arm();
  }

  async close(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    await this.save();
  }

  /** Writes what has changed since the last time. Never rejects. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#write());
    return this.#saving;
  }

  #arm(): void {
    this.#cancelTimer = this.#modules.clock.setTimer(STATE_SAVE_INTERVAL_MS, () => {
      this.#arm();
      void this.save();
    });
  }

  async #write(): Promise<void> {
    if (this.#files === undefined) return;
    try {
      const {version} = this.book;
      if (version !== this.#savedBook) {
        await writeStateFile(this.#files.addressBook, {key: this.#key, addresses: this.book.entries().map(toStored)});
        this.#savedBook = version;
      }
      const bans = this.#modules.scores.bans();
      const text = JSON.stringify(bans);
      if (text !== this.#savedBans) {
        await writeStateFile(this.#files.bans, {bans});
        this.#savedBans = text;
      }
    } catch (error) {
      this.#modules.logger.error({error: String(error)}, 'Addresses and bans of peers could not be saved');
    }
  }

  async #read(path: string, take: (value: unknown) => void): Promise<void> {
    try {
      const value = await readStateFile(path);
      if (value !== undefined) take(value);
    } catch (error) {
      this.#modules.logger.warn({path, error: String(error)}, 'File of peers is damaged; it is begun anew');
    }
  }

  #restoreBook(value: unknown): void {
    const {key, addresses} = fieldsOf(value);
    if (typeof key !== 'string' || !/^[0-9a-f]{32}$/.test(key)) throw new Error('key must be 32 hexadecimal digits');
    if (!Array.isArray(addresses)) throw new Error('addresses must be a list');
    const entries = addresses.map(fromStored);
    this.#key = key;
    this.book = new AddressBook({...this.#options, key}, this.#modules);
    for (const entry of entries) this.book.restore(entry);
  }
}

function toStored({address, ...rest}: Readonly<KnownAddress>): object {
  return {address: address.text, ...rest};
}

function fromStored(value: unknown): KnownAddress {
  const {address, source, attempts, lastAttemptMs, lastSuccessMs, tried} = fieldsOf(value);
  if (typeof address !== 'string' || typeof source !== 'string' || source.length > 64 || typeof tried !== 'boolean') throw new Error('malformed address');
  return {
    address: parseBookAddress(address),
    source,
    attempts: wholeNumber(attempts, 'attempts'),
    lastAttemptMs: wholeNumber(lastAttemptMs, 'lastAttemptMs'),
    lastSuccessMs: wholeNumber(lastSuccessMs, 'lastSuccessMs'),
    tried,
  };
}

function checkedBans(value: unknown): Ban[] {
  const {bans} = fieldsOf(value);
  if (!Array.isArray(bans) || bans.length > SCORED_PEERS_MAX) throw new Error(`bans must be a list of at most ${SCORED_PEERS_MAX}`);
  return bans.map(ban => {
    const {peer, bans: count, untilMs} = fieldsOf(ban);
    if (typeof peer !== 'string' || !isPeerId(peer)) throw new Error('the peer of a ban must be a peer id');
    return {peer, bans: wholeNumber(count, 'bans'), untilMs: wholeNumber(untilMs, 'untilMs')};
  });
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('an object is missing');
  return value as Record<string, unknown>;
}

function wholeNumber(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Error(`${name} must be a whole number`);
  return value;
}
