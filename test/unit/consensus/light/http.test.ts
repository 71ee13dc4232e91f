/** The HTTP provider against servers that are honest, slow, huge, malformed, or answer what was not asked. */
import {afterEach, describe, expect, it} from '@jest/globals';
import {createServer, type RequestListener, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {SystemClock} from '#consensus/engine';
import {HttpProvider, lightLimits, RpcTransport, type RpcTransportOptions} from '#consensus/light';
import {commitToJson, evidenceFromJson, headerToJson, validatorToJson, VALIDATORS_MAX, type LightBlock} from '#proto';
import {churn, LightChain, setOf, signHeader, steady} from '../../../support/light-chain.ts';
import {exampleDuplicateVote, exampleLightClientAttack} from '../../proto/examples.ts';
import {codeOf} from './support.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

const chain = new LightChain({heights: 5, powersAt: churn(250, 2)});
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server whose answers a test makes from method and parameters. */
function rpc(answer: (method: string, params: Json) => Json): Promise<string> {
  return serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const {id, method, params} = JSON.parse(Buffer.concat(chunks).toString());
      response.end(JSON.stringify({jsonrpc: '2.0', id, ...answer(method, params)}));
    });
  });
}

function honest(method: string, {height, page, per_page: perPage}: Json): Json {
  const block = chain.at(Number(height ?? chain.height));
  const {header, commit} = block.signedHeader;
  if (method === 'commit') return {result: {signed_header: {header: headerToJson(header), commit: commitToJson(commit)}, canonical: true}};
  const {validators} = block.validatorSet;
  const shown = validators.slice((page - 1) * perPage, page * perPage);
  return {result: {block_height: String(header.height), validators: shown.map(validatorToJson), count: String(shown.length), total: String(validators.length)}};
}

function provider(url: string, options: Partial<RpcTransportOptions> = {}): HttpProvider {
  return new HttpProvider(new RpcTransport({url, clock: new SystemClock(), ...options}));
}

describe('an honest server', () => {
  it('gives light blocks, with validators on several pages', async () => {
    const url = await rpc(honest);
    const block = await provider(url).lightBlock(3n);
    expect(block.signedHeader).toEqual(chain.at(3).signedHeader);
    expect(block.validatorSet.validators).toEqual(chain.at(3).validatorSet.validators);
    expect((await provider(url).lightBlock('latest')).signedHeader).toEqual(chain.at(5).signedHeader);
  });

  it('is told of evidence', async () => {
    const received: Json[] = [];
    const url = await rpc((method, params) => (received.push([method, params]), {result: {hash: ''}}));
    for (const evidence of [exampleDuplicateVote(), exampleLightClientAttack()]) await provider(url).reportEvidence(evidence);
    expect(received.map(([method]) => method)).toEqual(['broadcast_evidence', 'broadcast_evidence']);
    expect(received.map(([, {evidence}]) => evidenceFromJson(evidence))).toEqual([exampleDuplicateVote(), exampleLightClientAttack()]);
  });

  it.each<[string, string]>([
    ['height 9 must be less than or equal to the current blockchain height 5', 'HEIGHT_TOO_HIGH'],
    ['height 1 is not available, lowest height is 3', 'NOT_FOUND'],
    ['there is no commit of height 4', 'NOT_FOUND'],
    ['the database is closed', 'NO_RESPONSE'],
  ])('that says "%s"', async (data, code) => {
    const url = await rpc(() => ({error: {code: -32603, message: 'Internal error', data}}));
    expect(await codeOf(provider(url).lightBlock(9n))).toBe(code);
  });

  it('that has no block yet is behind', async () => {
    const url = await rpc(() => ({result: {signed_header: {header: null, commit: null}, canonical: false}}));
    expect(await codeOf(provider(url).lightBlock('latest'))).toBe('HEIGHT_TOO_HIGH');
  });
});

describe('a server that is not there', () => {
  it('gives no response', async () => {
    const url = await serve(() => {});
    const [server] = servers.splice(0);
    await new Promise((done) => server!.close(done));
    expect(await codeOf(provider(url).lightBlock(1n))).toBe('NO_RESPONSE');
  });

  it('that never answers is left after the timeout, and at once when stopped', async () => {
    const asked = Promise.withResolvers<void>();
    const url = await serve(() => asked.resolve());
    expect(await codeOf(provider(url, {timeoutMs: 50}).lightBlock(1n))).toBe('NO_RESPONSE');
    const stop = new AbortController();
    const request = codeOf(provider(url, {timeoutMs: 60_000}).lightBlock(1n, stop.signal));
    await asked.promise;
    stop.abort();
    expect(await request).toBe('ABORTED');
    expect(await codeOf(provider(url).lightBlock(1n, stop.signal))).toBe('ABORTED');
  });

  it('that drips bytes is left too', async () => {
    const url = await serve((_, response) => {
      response.write('{');
      const timer = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(timer));
    });
    expect(await codeOf(provider(url, {timeoutMs: 100}).lightBlock(1n))).toBe('NO_RESPONSE');
  });
});

describe('a liar', () => {
  it('with an endless body is cut off at the limit', async () => {
    expect(lightLimits.RPC_RESPONSE_BYTES_MAX).toBe(8 * 1024 * 1024);
    const url = await serve((_, response) => {
      const fill = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', fill);
      fill();
    });
    expect(await codeOf(provider(url).lightBlock(1n))).toBe('UNRELIABLE');
  });

  it('may fill the limit, and not one byte more', async () => {
    const body = JSON.stringify({jsonrpc: '2.0', id: 1, result: 'x'});
    const url = await serve((_, response) => response.end(body));
    const transport = (responseBytesMax: number): RpcTransport => new RpcTransport({url, clock: new SystemClock(), responseBytesMax});
    expect(await transport(body.length).call('status', {})).toBe('x');
    expect(await codeOf(transport(body.length - 1).call('status', {}))).toBe('UNRELIABLE');
  });

  it.each<[string, string]>([
    ['no JSON', '<html>'],
    ['a list', '[]'],
    ['another id', '{"jsonrpc":"2.0","id":77,"result":{}}'],
    ['no result', '{"jsonrpc":"2.0","id":1}'],
  ])('%s', async (_, body) => {
    const url = await serve((_request, response) => response.end(body));
    expect(await codeOf(provider(url).lightBlock(1n))).toBe('UNRELIABLE');
  });

  it('that sends us elsewhere is not followed', async () => {
    const url = await serve((_, response) => response.writeHead(307, {location: 'http://127.0.0.1:1/'}).end());
    expect(await codeOf(provider(url).lightBlock(1n))).toBe('NO_RESPONSE');
  });

  it('another height', async () => {
    const url = await rpc((method, params) => honest(method, method === 'commit' ? {...params, height: '2'} : params));
    expect(await codeOf(provider(url).lightBlock(3n))).toBe('BAD_LIGHT_BLOCK');
  });

  it('members of another kind', async () => {
    for (const result of [null, 7, {signed_header: {header: {}, commit: {}}}]) {
      const url = await rpc(() => ({result}));
      expect(await codeOf(provider(url).lightBlock(3n))).toMatch(/BAD_LIGHT_BLOCK|UNRELIABLE/);
    }
  });

  it.each<[string, Json]>([
    ['of another height', {block_height: '2'}],
    ['none of a hundred', {validators: []}],
    ['too many on a page', {validators: Array(101).fill(validatorToJson(chain.at(3).validatorSet.proposer))}],
    ['a negative total', {total: '-1'}],
    ['a total over the limit', {total: String(VALIDATORS_MAX + 1)}],
  ])('validators: %s', async (_, change) => {
    const url = await rpc((method, params) => {
      const {result} = honest(method, params);
      return {result: method === 'validators' ? {...result, ...change} : result};
    });
    expect(await codeOf(provider(url).lightBlock(3n))).toBe('BAD_LIGHT_BLOCK');
  });

  it('pages of one validator each end at the limit of pages', async () => {
    let pages = 0;
    const url = await rpc((method, params) => {
      const {result} = honest(method, params);
      if (method === 'commit') return {result};
      pages++;
      return {result: {...result, validators: [validatorToJson(chain.at(3).validatorSet.proposer)], total: String(VALIDATORS_MAX)}};
    });
    expect(await codeOf(provider(url).lightBlock(3n))).toBe('BAD_LIGHT_BLOCK');
    expect(pages).toBe(lightLimits.VALIDATOR_PAGES_MAX);
  });
});

describe('a URL', () => {
  it.each(['ftp://host', 'file:///etc/passwd', 'http://', ''])('%j is refused', (url) => {
    expect(() => new RpcTransport({url, clock: new SystemClock()})).toThrow(RangeError);
  });

  it('may be tcp:, may lack its scheme, and shows no password', () => {
    const name = (url: string): string => new RpcTransport({url, clock: new SystemClock()}).name;
    expect(name('tcp://127.0.0.1:26657')).toBe('http://127.0.0.1:26657');
    expect(name('127.0.0.1:26657')).toBe('http://127.0.0.1:26657');
    expect(name('https://user:secret@host/path')).toBe('https://host/path');
  });

  it('has a timeout within bounds', () => {
    const make = (timeoutMs: number) => () => new RpcTransport({url: 'http://host', clock: new SystemClock(), timeoutMs});
    expect(make(lightLimits.RPC_TIMEOUT_MAX_MS)).not.toThrow();
    expect(make(lightLimits.RPC_TIMEOUT_MAX_MS + 1)).toThrow(RangeError);
    expect(make(0)).toThrow(RangeError);
  });
});

describe('a commit of the largest set', () => {
  it('fits the limit of an answer', () => {
    const block: LightBlock = new LightChain({heights: 1, powersAt: steady('a')}).at(1);
    const one = JSON.stringify(commitToJson(signHeader(block.signedHeader.header, {a: 1n}))).length;
    expect(setOf({a: 1n}).validators).toHaveLength(1);
    expect(one * VALIDATORS_MAX).toBeLessThan(lightLimits.RPC_RESPONSE_BYTES_MAX);
  });
});
