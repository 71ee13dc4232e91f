import {describe, expect, it} from '@jest/globals';
import {PeerScores} from '../../../node/p2p/peerScores.ts';

const MINUTE = 60_000;
const TIMING = {banBaseMs: MINUTE, banMaxMs: 60 * MINUTE};

function scoresAt(): {scores: PeerScores; advance(ms: number): void} {
  let now = 1_000_000;
  return {scores: new PeerScores({nowMs: () => now}, TIMING), advance: ms => (now += ms)};
}

describe('PeerScores', () => {
  it('bans for a violation, until the ban expires', () => {
    const {scores, advance} = scoresAt();
    expect(scores.addPoints('a', 100)).toBe(1_000_000 + MINUTE);
    expect(scores.isBanned('a')).toBe(true);
    expect(scores.isBanned('b')).toBe(false);
    advance(MINUTE - 1);
    expect(scores.banRemainingMs('a')).toBe(1);
    advance(1);
    expect(scores.isBanned('a')).toBe(false);
  });

  it('bans twice as long each time, up to the longest', () => {
    const {scores, advance} = scoresAt();
    const lengths: number[] = [];
    for (let i = 0; i < 8; i++) {
      scores.addPoints('a', 100);
      lengths.push(scores.banRemainingMs('a') / MINUTE);
      advance(scores.banRemainingMs('a'));
    }
    expect(lengths).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('adds small faults up and lets them fade', () => {
    const {scores, advance} = scoresAt();
    for (let i = 0; i < 9; i++) expect(scores.addPoints('a', 10)).toBeUndefined();
    advance(10 * MINUTE);
    for (let i = 0; i < 5; i++) expect(scores.addPoints('a', 10)).toBeUndefined();
    expect(scores.addPoints('a', 10)).toBeDefined();
  });

  it('forgets earlier bans after a long good time', () => {
    const {scores, advance} = scoresAt();
    scores.addPoints('a', 100);
    advance(61 * MINUTE);
    scores.addPoints('a', 100);
    expect(scores.banRemainingMs('a')).toBe(MINUTE);
  });

  it('remembers a limited number of peers, the latest', () => {
    const {scores} = scoresAt();
    for (let i = 0; i < 4_100; i++) scores.addPoints(`peer ${i}`, 100);
    expect(scores.isBanned('peer 0')).toBe(false);
    expect(scores.isBanned('peer 4')).toBe(true);
    expect(scores.isBanned('peer 4099')).toBe(true);
  });
});
