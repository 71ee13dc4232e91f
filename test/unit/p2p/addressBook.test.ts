import {createNodeIdentity} from '#node/p2p';
import {beforeAll, describe, expect, it} from '@jest/globals';
import {AddressBook} from '../../../node/p2p/addressBook.ts';
import {PeerAddressError} from '../../../node/p2p/addresses.ts';
import {isRoutable, parseBookAddress} from '../../../node/p2p/bookAddress.ts';
import type {BookAddress} from '../../../node/p2p/bookAddress.ts';
import {BOOK_BUCKET_SIZE, BOOK_NEW_BUCKETS_PER_GROUP, FLOOD_WINDOW_MS, PEX_ADDRESSES_MAX} from '../../../node/p2p/limits.ts';
import {RateLimiter} from '../../../node/p2p/rateLimit.ts';

const SOURCE = '9.9.9.9';
let nowMs = 1_000_000;

function book(strict = true): AddressBook {
  return new AddressBook({ownPeerId: 'own', privatePeerIds: new Set(['private']), strict, key: '00'}, {nowMs: () => nowMs, random: () => 0.5});
}

/** Ids need not be real: the book compares them only. */
function address(i: number | string, ip = '8.8.8.8'): BookAddress {
  return {peerId: String(i), ip, port: 1, text: `/ip4/${ip}/tcp/1/p2p/${i}`};
}

describe('the address book', () => {
  it('refuses itself, private peers, and what cannot be reached', () => {
    const strict = book();
    for (const refused of [address('own'), address('private'), address(1, '127.0.0.1'), address(2, '0.0.0.0')]) expect(strict.add(refused, SOURCE)).toBe(false);
    expect(strict.add(address(1), SOURCE)).toBe(true);
    expect(book(false).add(address(1, '127.0.0.1'), SOURCE)).toBe(true);
  });

  it('cannot be filled by one source: others keep their places', () => {
    const victim = book();
    for (let i = 0; i < 100; i++) victim.add(address(`honest${i}`, `${20 + i}.1.0.1`), `${20 + i}.2.0.1`);
    victim.markAttempt('honest1');
    victim.markGood('honest1');
    for (let i = 0; i < 20_000; i++) victim.add(address(`liar${i}`, `${1 + (i % 200)}.${i % 251}.7.7`), '66.66.6.6');
    expect(victim.size).toBeLessThanOrEqual(BOOK_NEW_BUCKETS_PER_GROUP * BOOK_BUCKET_SIZE + 100);
    expect(victim.get('honest1')?.tried).toBe(true);
    expect(victim.entries().filter(({address: {peerId}}) => peerId.startsWith('honest')).length).toBeGreaterThan(50);
  });

  it('believes what others say of a known peer never, and of itself until an address has answered', () => {
    const known = book();
    known.add(address('a', '8.8.8.8'), SOURCE);
    expect(known.add(address('a', '8.8.4.4'), SOURCE)).toBe(false);
    expect(known.add(address('a', '8.8.4.4'), SOURCE, true)).toBe(true);
    known.markGood('a');
    expect(known.add(address('a', '8.8.8.8'), SOURCE, true)).toBe(false);
    expect(known.get('a')?.address.ip).toBe('8.8.4.4');
  });

  it('gives up an address that never answers, after waiting longer each time', () => {
    const known = book();
    known.add(address('a'), SOURCE);
    for (let i = 0; i < 3; i++) {
      expect(known.pick(1, candidate => known.isDue(candidate))).toBeDefined();
      known.markAttempt('a');
      expect(known.pick(1, candidate => known.isDue(candidate))).toBeUndefined();
      nowMs += 3_600_000;
    }
    expect(known.pick(1, () => true)).toBeUndefined();
    expect(known.size).toBe(0);
  });

  it('tells a bounded selection without repetition', () => {
    const known = book();
    for (let i = 0; i < 3_000; i++) known.add(address(i, `${1 + (i % 120)}.${i % 250}.1.1`), `${1 + (i % 120)}.3.3.3`);
    const selection = known.selection();
    expect(selection.length).toBe(PEX_ADDRESSES_MAX);
    expect(new Set(selection).size).toBe(selection.length);
  });
});

describe('addresses for the book', () => {
  let id: string;
  beforeAll(async () => {
    id = (await createNodeIdentity()).peerId;
  });

  it.each(['/dns/example.org/tcp/1', '/ip4/8.8.8.8/tcp/0', '/ip4/8.8.8.8/udp/1', '/ip4/8.8.8.8/tcp/1/ws', ''])('are not %j', prefix => {
    expect(() => parseBookAddress(`${prefix}/p2p/${id}`)).toThrow(PeerAddressError);
  });

  it('are taken in one form', () => {
    expect(parseBookAddress(`/ip4/8.8.8.8/tcp/26656/p2p/${id}`)).toEqual({peerId: id, ip: '8.8.8.8', port: 26656, text: `/ip4/8.8.8.8/tcp/26656/p2p/${id}`});
  });

  it.each([['10.1.2.3', false], ['8.8.8.8', true], ['169.254.169.254', false], ['::1', false], ['::ffff:8.8.8.8', false], ['2606:4700::1', true], ['2001:db8::1', false], ['fe80::1', false]])(
    '%s routable: %s',
    (ip, routable) => expect(isRoutable(ip)).toBe(routable),
  );
});

describe('a rate limit', () => {
  it('lets a burst pass, then asks to wait as long as the debt takes', () => {
    let now = 0;
    const limiter = new RateLimiter({messagesPerSecond: 10, bytesPerSecond: 1_000, burstSeconds: 2}, () => now);
    for (let i = 0; i < 20; i++) limiter.take(10);
    expect(limiter.debtMs()).toBe(0);
    for (let i = 0; i < 5; i++) limiter.take(10);
    expect(limiter.debtMs()).toBe(500);
    now += 500;
    expect(limiter.debtMs()).toBe(0);
    limiter.take(5_000);
    expect(limiter.debtMs()).toBeGreaterThanOrEqual(3_000);
  });

  it('calls a flood what is throttled for most of a window, not a burst after silence', () => {
    let now = 0;
    const limiter = new RateLimiter({messagesPerSecond: 10, bytesPerSecond: 1_000, burstSeconds: 2}, () => now);
    now += 10 * FLOOD_WINDOW_MS;
    expect(limiter.throttled(1_000)).toBe(false);
    now += FLOOD_WINDOW_MS;
    expect(limiter.throttled(1_000)).toBe(false);
    now += FLOOD_WINDOW_MS / 2;
    expect(limiter.throttled(FLOOD_WINDOW_MS)).toBe(false);
    now += FLOOD_WINDOW_MS / 2;
    expect(limiter.throttled(1)).toBe(true);
  });
});
