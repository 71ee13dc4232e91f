/** The pool: what it takes, proposes and forgets; and that a crash at any point loses nothing and commits nothing twice. */
import {beforeEach, describe, expect, it} from '@jest/globals';
import {encodeEvidence, evidenceId, framedBytes, sha256, toHex, utf8, type Evidence} from '#proto';
import type {ConsensusState} from '#consensus/engine';
import {evidenceLimits, StoredEvidencePool} from '#consensus/evidence';
import {MemoryStore, Power} from '../../../simulation/support/disk.ts';
import {Random} from '../../../simulation/support/scheduler.ts';
import {attackOf, blockIdOf, CHAIN, doubleVote, HEIGHT, PARAMS, signedVote, SILENT, stateOf, storesOf, type ChainExtras} from './support.ts';

const ALL = 1_000_000n;
const CRIME = doubleVote('cas', 15);
const OLDER = doubleVote('dee', 12);

let power: Power;
let db: MemoryStore;
let pool: StoredEvidencePool;

beforeEach(async () => {
  power = new Power();
  db = new MemoryStore(power);
  pool = await opened();
});

async function opened(height = HEIGHT - 2, extras: ChainExtras = {}, chain = CHAIN): Promise<StoredEvidencePool> {
  const created = new StoredEvidencePool({db, logger: SILENT});
  await created.start(storesOf(chain, extras), stateOf(chain, height));
  return created;
}

function ids(evidence: readonly Evidence[]): string[] {
  return evidence.map((each) => toHex(evidenceId(each)));
}

/** All together, as many as fit. */
function pending(from = pool): string[] {
  return ids(from.pending(ALL));
}

function crash(): void {
  db.crash(new Random(1));
  power.restore();
}

function withParams(height: number, evidence: Partial<ConsensusState['consensusParams']['evidence']>): ConsensusState {
  return stateOf(CHAIN, height, {consensusParams: {...PARAMS, evidence: {...PARAMS.evidence, ...evidence}}});
}

describe('taking', () => {
  it('what is true, once, the oldest first', async () => {
    expect(await pool.add(CRIME)).toBeUndefined();
    expect(await pool.add(OLDER)).toBeUndefined();
    expect(await pool.add(CRIME)).toBeUndefined();
    expect(pending()).toEqual(ids([OLDER, CRIME]));
  });

  it('not what is false, too new or too old', async () => {
    expect((await pool.add({...CRIME, validatorPower: 9n}))?.kind).toBe('invalid');
    expect((await pool.add(doubleVote('cas', HEIGHT - 1)))?.kind).toBe('unknown');
    await pool.update(withParams(HEIGHT - 1, {maxAgeNumBlocks: 3n, maxAgeDurationNs: 1n}), []);
    expect((await pool.add(CRIME))?.kind).toBe('expired');
    expect(pending()).toEqual([]);
  });

  it('not what cannot be encoded', async () => {
    expect(await pool.add({...CRIME, voteA: {...CRIME.voteA, round: 2 ** 40}})).toEqual({kind: 'invalid', problem: expect.stringMatching(/encoded/)});
  });

  it('not more of one accused than its share', async () => {
    const crimes = Array.from({length: evidenceLimits.PENDING_PER_ACCUSED_MAX + 1}, (_, i) => doubleVote('cas', 15, `${i}`));
    for (const crime of crimes.slice(0, -1)) expect(await pool.add(crime)).toBeUndefined();
    expect(await pool.add(crimes.at(-1)!)).toEqual({kind: 'full', problem: expect.stringMatching(/same origin/)});
    expect(await pool.add(OLDER)).toBeUndefined();
    // Once some of it is in a block there is room again.
    await pool.update(stateOf(CHAIN, HEIGHT - 1), crimes.slice(0, 2));
    expect(await pool.add(crimes.at(-1)!)).toBeUndefined();
  });

  it('not what no block has room for', async () => {
    const size = BigInt(framedBytes(encodeEvidence(CRIME).length));
    await pool.update(withParams(HEIGHT - 1, {maxBytes: size - 1n}), []);
    expect(await pool.add(CRIME)).toEqual({kind: 'full', problem: expect.stringMatching(/a block takes/)});
    await pool.update(withParams(HEIGHT, {maxBytes: size}), []);
    expect(await pool.add(CRIME)).toBeUndefined();
  });

  it('and tells gossip of it', async () => {
    const heard: string[] = [];
    const unsubscribe = pool.onPending(({id}) => heard.push(toHex(id)));
    await pool.add(CRIME);
    await pool.add(CRIME);
    unsubscribe();
    await pool.add(OLDER);
    expect(heard).toEqual(ids([CRIME]));
  });
});

describe('proposing', () => {
  it('as much as fits, to the byte; what is too large does not hold up the rest', async () => {
    const attack = attackOf(CHAIN.fork({at: 10}).at(16), 9);
    for (const each of [CRIME, attack]) expect(await pool.add(each)).toBeUndefined();
    expect(pending()).toEqual(ids([attack, CRIME]));
    const bytes = (evidence: Evidence): bigint => BigInt(framedBytes(encodeEvidence(evidence).length));
    expect(bytes(attack)).toBeGreaterThan(bytes(CRIME));
    expect(ids(pool.pending(bytes(attack) + bytes(CRIME)))).toEqual(ids([attack, CRIME]));
    expect(ids(pool.pending(bytes(attack) + bytes(CRIME) - 1n))).toEqual(ids([attack]));
    expect(ids(pool.pending(bytes(CRIME)))).toEqual(ids([CRIME]));
    expect(pool.pending(bytes(CRIME) - 1n)).toEqual([]);
  });
});

describe('checking a block', () => {
  it('passes what is true, whether it was known or not', async () => {
    await pool.add(CRIME);
    expect(pool.check([])).toBeUndefined();
    expect(pool.check([CRIME, OLDER])).toBeUndefined();
  });

  it('refuses what is false, doubled, committed, unknown or expired', async () => {
    expect(pool.check([CRIME, {...OLDER, totalVotingPower: 1n}])?.kind).toBe('invalid');
    expect(pool.check([CRIME, CRIME])?.kind).toBe('committed');
    expect(pool.check([doubleVote('cas', HEIGHT)])?.kind).toBe('unknown');
    await pool.add(CRIME);
    await pool.update(stateOf(CHAIN, HEIGHT - 1), [CRIME]);
    expect(pool.check([CRIME])?.kind).toBe('committed');
    await pool.update(withParams(HEIGHT, {maxAgeNumBlocks: 3n, maxAgeDurationNs: 1n}), []);
    expect(pool.check([OLDER])?.kind).toBe('expired');
  });

  it('verifies an attack although one of the same id waits: other signatures may stand under the same header', async () => {
    const attack = attackOf(CHAIN.fork({at: 14}).at(16), 13);
    await pool.add(attack);
    const {signedHeader, validatorSet} = attack.conflictingBlock;
    const [first, ...rest] = signedHeader.commit.signatures;
    const commit = {...signedHeader.commit, signatures: [{...first!, signature: sha256(utf8('forged'))}, ...rest]};
    const other = {...attack, conflictingBlock: {validatorSet, signedHeader: {...signedHeader, commit}}};
    expect(ids([other])).toEqual(ids([attack]));
    expect(pool.check([attack])).toBeUndefined();
    expect(pool.check([other])?.kind).toBe('invalid');
  });
});

describe('after a block', () => {
  it('what was committed is never pending again, even while the write is under way', async () => {
    await pool.add(CRIME);
    const update = pool.update(stateOf(CHAIN, HEIGHT - 1), [CRIME, OLDER]);
    expect(await pool.add(CRIME)).toBeUndefined();
    await update;
    expect(await pool.add(OLDER)).toBeUndefined();
    expect(pending()).toEqual([]);
  });

  it('what expired is forgotten, at the border of both limits', async () => {
    await pool.add(CRIME);
    const ageNs = BigInt(HEIGHT - 15) * 1_000_000_000n;
    await pool.update(withParams(HEIGHT - 1, {maxAgeNumBlocks: 4n, maxAgeDurationNs: 1n}), []);
    expect(pending()).toEqual(ids([CRIME]));
    await pool.update(withParams(HEIGHT, {maxAgeNumBlocks: 4n, maxAgeDurationNs: ageNs}), []);
    expect(pending()).toEqual(ids([CRIME]));
    const next = CHAIN.grow(1);
    await pool.update({...withParams(HEIGHT, {maxAgeNumBlocks: 4n, maxAgeDurationNs: ageNs}), ...heightOf(next)}, []);
    expect(pending()).toEqual([]);
    expect(pending(await opened(HEIGHT))).toEqual([]);
  });

  it('an attack on a height to come is judged again when the chain is there', async () => {
    const time = CHAIN.time(HEIGHT - 2);
    const fork = CHAIN.fork({at: HEIGHT - 1, change: () => ({time})});
    const forward = attackOf(fork.at(HEIGHT - 1), 10, CHAIN.fork({at: HEIGHT - 1, heights: HEIGHT - 2}));
    expect(await pool.add(forward)).toBeUndefined();
    // At its height our block differs in nothing that is derived: an equivocation, which would have been reported at its own height.
    await pool.update(stateOf(CHAIN, HEIGHT - 1), []);
    expect(pending()).toEqual([]);
  });
});

function heightOf(chain: typeof CHAIN): Pick<ConsensusState, 'lastBlockHeight' | 'lastBlockTime'> {
  return {lastBlockHeight: BigInt(chain.height), lastBlockTime: chain.time(chain.height)};
}

describe('conflicting votes that consensus saw', () => {
  const votes = (name: string, height: number, salt = '') => [signedVote(name, height, blockIdOf(`one${salt}`)), signedVote(name, height, blockIdOf(`other${salt}`))] as const;

  it('become evidence when their height is decided', async () => {
    pool.reportConflictingVotes(...votes('cas', HEIGHT - 1));
    pool.reportConflictingVotes(...votes('dee', HEIGHT));
    expect(pending()).toEqual([]);
    await pool.update(stateOf(CHAIN, HEIGHT - 1), []);
    expect(pending()).toEqual(ids([doubleVote('cas', HEIGHT - 1)]));
    await pool.update(stateOf(CHAIN, HEIGHT), []);
    expect(pending()).toEqual(ids([doubleVote('cas', HEIGHT - 1), doubleVote('dee', HEIGHT)]));
  });

  it('of a height before, seen late, do too; in either order they are one crime', async () => {
    const [a, b] = votes('cas', 15);
    pool.reportConflictingVotes(a, b);
    pool.reportConflictingVotes(b, a);
    await pool.add(CRIME);
    await pool.update(stateOf(CHAIN, HEIGHT - 1), []);
    expect(pending()).toEqual(ids([CRIME]));
  });

  it('survive a crash before their height is decided', async () => {
    pool.reportConflictingVotes(...votes('cas', HEIGHT - 1));
    await pool.add(CRIME);
    crash();
    pool = await opened();
    expect(pending()).toEqual(ids([CRIME]));
    await pool.update(stateOf(CHAIN, HEIGHT - 1), []);
    expect(pending()).toEqual(ids([CRIME, doubleVote('cas', HEIGHT - 1)]));
    crash();
    pool = await opened(HEIGHT - 1);
    await pool.update(stateOf(CHAIN, HEIGHT), []);
    expect(pending()).toEqual(ids([CRIME, doubleVote('cas', HEIGHT - 1)]));
  });

  it('are bounded, per validator and in all', async () => {
    const {REPORTED_VOTES_MAX, REPORTED_VOTES_PER_VALIDATOR_MAX} = evidenceLimits;
    for (let round = 0; round < REPORTED_VOTES_MAX * 2; round++) {
      pool.reportConflictingVotes(
        signedVote('cas', HEIGHT - 1, blockIdOf('one'), {round}),
        signedVote('cas', HEIGHT - 1, blockIdOf('other'), {round}),
      );
    }
    await pool.update(stateOf(CHAIN, HEIGHT - 1), []);
    expect(pending().length).toBe(REPORTED_VOTES_PER_VALIDATOR_MAX);
    const others = Array.from({length: REPORTED_VOTES_MAX + 8}, (_, i) => Uint8Array.from({length: 20}, (__, j) => (j === 0 ? i & 255 : j === 1 ? i >> 8 : 1)));
    for (const validatorAddress of others) {
      const [a, b] = votes('cas', HEIGHT);
      pool.reportConflictingVotes({...a, validatorAddress}, {...b, validatorAddress});
    }
    pool.reportConflictingVotes(...votes('dee', HEIGHT));
    await pool.update(stateOf(CHAIN, HEIGHT), []);
    expect(pending()).not.toContain(toHex(evidenceId(doubleVote('dee', HEIGHT))));
  });

  it('of strangers or with wrong signatures make no evidence', async () => {
    const [a, b] = votes('cas', HEIGHT - 1);
    pool.reportConflictingVotes({...a, signature: b.signature}, b);
    await pool.update(stateOf(CHAIN, HEIGHT - 1), []);
    expect(pending()).toEqual([]);
  });
});

describe('a restart', () => {
  it('keeps what is pending and what was committed', async () => {
    await pool.add(CRIME);
    await pool.add(OLDER);
    await pool.update(stateOf(CHAIN, HEIGHT - 1), [OLDER]);
    crash();
    pool = await opened(HEIGHT - 1);
    expect(pending()).toEqual(ids([CRIME]));
    expect(pool.check([OLDER])?.kind).toBe('committed');
  });

  it('between the commit of a block and the update takes in what the block committed', async () => {
    await pool.add(CRIME);
    crash();
    const committed = new Map([[BigInt(HEIGHT - 1), [CRIME, OLDER]]]);
    pool = await opened(HEIGHT, {committed});
    expect(pending()).toEqual([]);
    expect(pool.check([CRIME])?.kind).toBe('committed');
    expect(pool.check([OLDER])?.kind).toBe('committed');
  });

  it('at every write of an update loses nothing and commits nothing twice', async () => {
    for (let writes = 0; writes < 4; writes++) {
      power = new Power();
      db = new MemoryStore(power);
      pool = await opened();
      await pool.add(CRIME);
      await pool.add(OLDER);
      power.cutAfter(writes);
      await pool.update(stateOf(CHAIN, HEIGHT - 1), [OLDER]).catch(() => undefined);
      crash();
      // The block is stored and its state known, whether or not the pool heard of it.
      pool = await opened(HEIGHT - 1, {committed: new Map([[BigInt(HEIGHT - 1), [OLDER]]])});
      expect(pending()).toEqual(ids([CRIME]));
      expect(pool.check([OLDER])?.kind).toBe('committed');
    }
  });

  it('after a rollback takes back what the lost block committed', async () => {
    await pool.update(stateOf(CHAIN, HEIGHT - 1), [CRIME]);
    pool = await opened(HEIGHT - 2);
    expect(pool.check([CRIME])).toBeUndefined();
    await pool.update(stateOf(CHAIN, HEIGHT - 1), [CRIME]);
    expect(pool.check([CRIME])?.kind).toBe('committed');
  });

  it('on a changed chain drops what it no longer proves', async () => {
    await pool.add(CRIME);
    await pool.add(OLDER);
    const fork = CHAIN.fork({at: 14, change: ({time}) => ({time: {...time, nanos: 5}})});
    pool = await opened(HEIGHT, {}, fork);
    expect(pending()).toEqual(ids([OLDER]));
  });

  it('new on an old chain looks back no further than evidence counts, and stops where blocks end', async () => {
    const committed = new Map([[17n, [CRIME]]]);
    db = new MemoryStore(power);
    pool = await opened(HEIGHT, {committed, base: 14n});
    expect(pool.check([CRIME])?.kind).toBe('committed');
  });
});


describe('what was committed before a snapshot', () => {
  it('is known while it is being written, also when a block is in between', async () => {
    const gates: (() => void)[] = [];
    db.pause = () => new Promise<void>((resolve) => gates.push(resolve));
    const update = pool.update(stateOf(CHAIN, HEIGHT - 1), [CRIME]);
    const earlier = pool.committedEarlier(12n, [OLDER]);
    while (gates.length < 1) await Promise.resolve();
    gates[0]!();
    await update;
    // Its own write is under way still.
    expect(await pool.add(OLDER)).toBeUndefined();
    expect(pending()).toEqual([]);
    while (gates.length < 2) await Promise.resolve();
    gates[1]!();
    await earlier;
    expect(await pool.add(OLDER)).toBeUndefined();
    expect(pending()).toEqual([]);
  });
});
