import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {helloFault, prefersNewConnection} from '../../../node/p2p/handshake.ts';
import {
  decodeControl,
  decodeTransactions,
  encodeHeartbeat,
  encodeHello,
  encodeTransactions,
  MalformedMessageError,
} from '../../../node/p2p/messages.ts';
import {PROTOCOL_VERSION} from '../../../node/p2p/limits.ts';
import type {Hello} from '../../../node/p2p/messages.ts';

const HELLO: Hello = {
  protocolVersion: PROTOCOL_VERSION,
  chainId: 'qanat-test-1',
  genesisHash: new Uint8Array(32).fill(3),
  version: '0.1.0',
  moniker: 'قنات no. 1',
  session: new Uint8Array(16).fill(9),
  listenAddress: '/ip4/127.0.0.1/tcp/26656',
};

describe('control messages', () => {
  it('hold a hello', () => {
    expect(decodeControl(encodeHello(HELLO))).toEqual({type: 'hello', hello: HELLO});
  });

  it('hold a heartbeat with the messages received per channel', () => {
    const received = new Map([[0x20, 5], [0x22, 0xffffffff]]);
    expect(decodeControl(encodeHeartbeat(received))).toEqual({type: 'heartbeat', received});
    expect(decodeControl(encodeHeartbeat(new Map()))).toEqual({type: 'heartbeat', received: new Map()});
  });

  it('fail in one way only, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 600}), bytes => {
        try {
          decodeControl(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
    );
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a truncated hello', encodeHello(HELLO).slice(0, 20)],
    ['too many bytes', encodeHello({...HELLO, moniker: 'x'.repeat(1_100)})],
  ])('refuse %s', (_name, bytes) => {
    expect(() => decodeControl(bytes)).toThrow(MalformedMessageError);
  });
});

describe('transactions', () => {
  it('come back as they were, in memory of their own', () => {
    const transactions = [Uint8Array.of(1), new Uint8Array(300).fill(2), Uint8Array.of(10, 3)];
    const wire = encodeTransactions(transactions);
    const decoded = decodeTransactions(wire);
    wire.fill(0);
    expect(decoded.map(tx => [...tx])).toEqual(transactions.map(tx => [...tx]));
  });

  it.each([
    ['no transaction', new Uint8Array()],
    ['an empty transaction', encodeTransactions([Uint8Array.of(1), new Uint8Array()])],
    ['a truncated one', encodeTransactions([new Uint8Array(50).fill(1)]).slice(0, 30)],
    ['more than the limit', encodeTransactions(Array.from({length: 4_097}, () => Uint8Array.of(1)))],
  ])('refuse %s', (_name, bytes) => {
    expect(() => decodeTransactions(bytes)).toThrow(MalformedMessageError);
  });
});

describe('helloFault', () => {
  it('finds none between two nodes of one chain, whatever their software', () => {
    expect(helloFault(HELLO, {...HELLO, version: '9.9.9', moniker: '', session: new Uint8Array(16)})).toBeUndefined();
  });

  it.each([
    [{protocolVersion: PROTOCOL_VERSION + 1}, 'protocol version'],
    [{chainId: 'other-1'}, 'chain id'],
    [{genesisHash: new Uint8Array(32)}, 'genesis hash'],
  ])('names the mismatch of %j', (change, field) => {
    expect(helloFault(HELLO, {...HELLO, ...change})).toMatchObject({kind: 'mismatch', field});
  });

  it.each([
    [{chainId: 'a/b'}, 'chain id'],
    [{chainId: ''}, 'chain id'],
    [{genesisHash: new Uint8Array(31)}, 'genesis hash'],
    [{session: new Uint8Array(17)}, 'session'],
    [{version: 'x'.repeat(41)}, 'version'],
    [{moniker: '\u001b[31mred'}, 'moniker'],
    [{moniker: 'x'.repeat(71)}, 'moniker'],
  ])('calls %j malformed', (change, field) => {
    expect(helloFault(HELLO, {...HELLO, ...change})).toEqual({kind: 'malformed', field});
  });
});

describe('prefersNewConnection', () => {
  const old = {outbound: true, hello: HELLO};

  it('of a peer that was started anew', () => {
    const hello = {...HELLO, session: new Uint8Array(16)};
    expect(prefersNewConnection('B', old, {peer: 'A', outbound: false, hello})).toBe(true);
  });

  it('when the same side dialled again', () => {
    expect(prefersNewConnection('A', old, {peer: 'B', outbound: true, hello: HELLO})).toBe(true);
  });

  it('with the same answer on both sides, in whichever order the connections were finished', () => {
    for (const [own, peer] of [['A', 'B'], ['B', 'A']] as const) {
      // The connection dialled by A stays: outbound at A, inbound at B.
      const staying = own === 'A';
      expect(prefersNewConnection(own, {outbound: !staying, hello: HELLO}, {peer, outbound: staying, hello: HELLO})).toBe(true);
      expect(prefersNewConnection(own, {outbound: staying, hello: HELLO}, {peer, outbound: !staying, hello: HELLO})).toBe(false);
    }
  });
});
