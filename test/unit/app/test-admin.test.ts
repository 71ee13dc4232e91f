import {afterEach, describe, expect, it} from '@jest/globals';
import {StartError} from '../../../node/app/errors.ts';
import {testAdminPort, TestAdminServer} from '../../../node/app/test-admin.ts';

const servers: TestAdminServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(): Promise<{cuts: unknown[]; post: (path: string, body: string, headers?: Record<string, string>) => Promise<number>}> {
  const cuts: unknown[] = [];
  const server = new TestAdminServer({setCut: (peers) => void cuts.push(peers)});
  servers.push(server);
  const port = await server.listen(0);
  const post = async (path: string, body: string, headers = {}): Promise<number> => (await fetch(`http://127.0.0.1:${port}${path}`, {method: 'POST', body, headers})).status;
  return {cuts, post};
}

describe('the test-only admin server', () => {
  it('cannot be had without both switches', () => {
    expect(testAdminPort(0, {})).toBeUndefined();
    expect(testAdminPort(0, {QANAT_TEST_ADMIN: '1'})).toBeUndefined();
    expect(() => testAdminPort(9000, {})).toThrow(StartError);
    expect(() => testAdminPort(9000, {QANAT_TEST_ADMIN: 'true'})).toThrow(StartError);
    expect(testAdminPort(9000, {QANAT_TEST_ADMIN: '1'})).toBe(9000);
  });

  it('cuts and heals', async () => {
    const {cuts, post} = await serve();
    expect(await post('/disconnect', '{"peers": ["a", "b"]}')).toBe(200);
    expect(await post('/disconnect', '{"peers": "all"}')).toBe(200);
    expect(await post('/reconnect', '')).toBe(200);
    expect(cuts).toEqual([['a', 'b'], 'all', []]);
  });

  it.each([
    ['/disconnect', '{', 400],
    ['/disconnect', 'null', 400],
    ['/disconnect', '{"peers": [1]}', 400],
    ['/disconnect', 'x'.repeat(70_000), 400],
    ['/other', '{}', 404],
  ])('refuses %s %.20s with %d', async (path, body, status) => {
    const {cuts, post} = await serve();
    expect(await post(path, body)).toBe(status);
    expect(cuts).toEqual([]);
  });

  it('refuses a page in a browser', async () => {
    const {post} = await serve();
    expect(await post('/reconnect', '', {origin: 'http://localhost'})).toBe(403);
  });
});
