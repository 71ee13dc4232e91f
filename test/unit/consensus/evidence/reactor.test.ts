/** Gossip of evidence: who gets what and when, and what becomes of peers that send nonsense. */
import {beforeEach, describe, expect, it} from '@jest/globals';
import {decodeEvidenceList, encodeEvidenceList, evidenceId, toHex, type Evidence} from '#proto';
import {Channel, type EvidenceRefusal, type PeerEvents, type PeerNetwork} from '#consensus/engine';
import {evidenceLimits, EvidenceReactor, StoredEvidencePool} from '#consensus/evidence';
import {MemoryStore, Power} from '../../../simulation/support/disk.ts';
import {Random, Scheduler} from '../../../simulation/support/scheduler.ts';
import {CHAIN, doubleVote, HEIGHT, NAMES, SILENT, stateOf, storesOf} from './support.ts';

const TICK_MS = 100;
const TICKS_PER_RESEND = 5;
const CRIME = doubleVote('cas', 15);

let scheduler: Scheduler;
let pool: StoredEvidencePool;
let reactor: EvidenceReactor;
let events: PeerEvents;
let heights: Map<string, bigint>;
let sent: {readonly peer: string; readonly ids: readonly string[]}[];
let reports: string[];
let isFull: boolean;
let onWritable: (peer: string, channel: Channel) => void;

beforeEach(async () => {
  scheduler = new Scheduler(1);
  pool = new StoredEvidencePool({db: new MemoryStore(new Power()), logger: SILENT});
  await pool.start(storesOf(CHAIN), stateOf(CHAIN, HEIGHT - 1));
  heights = new Map([['peer', BigInt(HEIGHT)]]);
  sent = [];
  reports = [];
  isFull = false;
  const network: PeerNetwork = {
    subscribe: (subscriber) => {
      events = subscriber;
      return () => undefined;
    },
    peers: () => ['peer'],
    send: (peer, channel, bytes) => {
      expect(channel).toBe(Channel.Evidence);
      if (isFull) return false;
      sent.push({peer, ids: idsOf(decodeEvidenceList(bytes, evidenceLimits.EVIDENCE_MESSAGE_BYTES_MAX))});
      return true;
    },
    onWritable: (fn) => {
      onWritable = fn;
      return () => undefined;
    },
    reportMisbehaviour: (peer, reason) => void reports.push(`${peer}: ${reason}`),
  };
  reactor = new EvidenceReactor(
    {tickMs: TICK_MS, ticksPerResend: TICKS_PER_RESEND},
    {pool, network, clock: scheduler.clock(0, () => true), logger: SILENT, peerHeight: (peer) => heights.get(peer) ?? 0n},
  );
  reactor.start();
});

function idsOf(list: readonly Evidence[]): string[] {
  return list.map((each) => toHex(evidenceId(each)));
}

async function ticks(count: number): Promise<void> {
  await scheduler.run(scheduler.now + count * TICK_MS + 1);
}

async function receive(bytes: Uint8Array): Promise<void> {
  events.message('peer', Channel.Evidence, bytes);
  await scheduler.run(scheduler.now + 1);
}

describe('sending', () => {
  it('new evidence goes out at once, and once, until it is sent again', async () => {
    await pool.add(CRIME);
    expect(sent).toEqual([{peer: 'peer', ids: idsOf([CRIME])}]);
    await ticks(TICKS_PER_RESEND - 1);
    expect(sent.length).toBe(1);
    await ticks(1);
    expect(sent.length).toBe(2);
    await pool.update(stateOf(CHAIN, HEIGHT), [CRIME]);
    await ticks(2 * TICKS_PER_RESEND);
    expect(sent.length).toBe(2);
  });

  it('a newcomer gets what waits', async () => {
    await pool.add(CRIME);
    heights.set('newcomer', 16n);
    events.peerAdded('newcomer');
    expect(sent.at(-1)).toEqual({peer: 'newcomer', ids: idsOf([CRIME])});
  });

  it.each([
    ['has not said where it is', undefined, false],
    ['works on the height of the crime', 15n, false],
    ['works on the height after', 16n, true],
    ['is as far as the limit of blocks', 25n, true],
    ['is one further', 26n, false],
  ] as const)('a peer that %s: %s, sent %s', async (_, height, isSent) => {
    if (height === undefined) heights.clear();
    else heights.set('peer', height);
    await pool.add(CRIME);
    expect(sent.length).toBe(isSent ? 1 : 0);
    heights.set('peer', BigInt(HEIGHT));
    await ticks(1);
    expect(sent.length).toBe(1);
  });

  it('a full queue is tried again when it has room', async () => {
    isFull = true;
    await pool.add(CRIME);
    isFull = false;
    onWritable('peer', Channel.Vote);
    expect(sent).toEqual([]);
    onWritable('peer', Channel.Evidence);
    expect(sent.length).toBe(1);
  });

  it('many pieces go in few messages', async () => {
    const crimes = NAMES.flatMap((name) => Array.from({length: 16}, (_, i) => doubleVote(name, 14, `${i}`)));
    events.peerRemoved('peer');
    for (const crime of crimes) await pool.add(crime);
    events.peerAdded('peer');
    expect(sent.length).toBe(1);
    expect(sent[0]!.ids.length).toBe(crimes.length);
  });

  it('stops', async () => {
    reactor.stop();
    await pool.add(CRIME);
    await ticks(20);
    expect(sent).toEqual([]);
  });
});

describe('receiving', () => {
  it('takes evidence, and does not send it back', async () => {
    await receive(encodeEvidenceList([CRIME]));
    expect(idsOf(pool.list().map(({evidence}) => evidence))).toEqual(idsOf([CRIME]));
    expect(sent).toEqual([]);
    expect(reports).toEqual([]);
  });

  it('bans who sends what is false, and takes nothing after it', async () => {
    await receive(encodeEvidenceList([{...CRIME, validatorPower: 1n}, CRIME]));
    expect(reports).toEqual(['peer: false evidence: validator power 1, not 10']);
    expect(pool.list()).toEqual([]);
  });

  it('bears with what is too new, committed or known', async () => {
    await pool.update(stateOf(CHAIN, HEIGHT), [CRIME]);
    await receive(encodeEvidenceList([doubleVote('cas', HEIGHT), CRIME, doubleVote('dee', 15), doubleVote('dee', 15)]));
    await receive(encodeEvidenceList([{...doubleVote('ann', 15), ...futureVotes()}]));
    await ticks(1);
    expect(reports).toEqual([]);
    expect(pool.list().length).toBe(2);
  });

  it('reports malformed, empty and overlong lists', async () => {
    const random = new Random(3);
    for (let i = 0; i < 300; i++) await receive(Uint8Array.from({length: 1 + random.below(100)}, () => random.below(256)));
    expect(reports.length).toBeGreaterThan(290);
    reports.length = 0;
    await receive(new Uint8Array(0));
    expect(reports).toEqual(['peer: an empty list of evidence']);
    const {EVIDENCE_PER_MESSAGE_MAX, EVIDENCE_MESSAGE_BYTES_MAX} = evidenceLimits;
    await receive(encodeEvidenceList(Array.from({length: EVIDENCE_PER_MESSAGE_MAX + 1}, () => CRIME)));
    expect(reports.at(-1)).toMatch(/257 pieces of evidence in a message, limit 256/);
    await receive(new Uint8Array(EVIDENCE_MESSAGE_BYTES_MAX + 1));
    expect(reports.at(-1)).toMatch(/malformed/);
    expect(pool.list()).toEqual([]);
  });

  it('drops what floods in while the pool is busy, and goes on', async () => {
    const {add} = pool;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let calls = 0;
    pool.add = async (evidence): Promise<EvidenceRefusal | undefined> => {
      calls += 1;
      await gate;
      return add.call(pool, evidence);
    };
    for (let i = 0; i < 1000; i++) events.message('peer', Channel.Evidence, encodeEvidenceList([CRIME]));
    expect(calls).toBe(evidenceLimits.PEER_MESSAGES_WAITING_MAX);
    open();
    await ticks(1);
    await receive(encodeEvidenceList([doubleVote('dee', 15)]));
    expect(pool.list().length).toBe(2);
  });

  it('survives a pool that cannot write', async () => {
    pool.add = () => Promise.reject(new Error('disk full'));
    await receive(encodeEvidenceList([CRIME]));
    expect(reports).toEqual([]);
  });

  it('listens to its own channel and its own peers only', async () => {
    events.message('peer', Channel.Vote, encodeEvidenceList([CRIME]));
    events.message('stranger', Channel.Evidence, encodeEvidenceList([CRIME]));
    await ticks(1);
    expect(pool.list()).toEqual([]);
  });
});

/** Of a height that this node has not reached. */
function futureVotes(): Pick<typeof CRIME, 'voteA' | 'voteB'> {
  const {voteA, voteB} = doubleVote('ann', 15);
  return {voteA: {...voteA, height: 99n}, voteB: {...voteB, height: 99n}};
}
