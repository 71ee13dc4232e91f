/** What is served to Prometheus, and how much is on the disk. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from '@jest/globals';
import {createMetrics, DiskSampler, MetricsServer} from '#node/telemetry';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const {port} = server.address() as {port: number};
  await new Promise((done) => server.close(done));
  return port;
}

describe('the metrics server', () => {
  it('looks up what nobody reports, and a failure there ends no node', async () => {
    const metrics = createMetrics();
    const port = await freePort();
    let fails = false;
    const beforeScrape = (): void => {
      if (fails) throw new Error('a store is closed');
      metrics.peers.set(7);
    };
    const server = new MetricsServer({host: '127.0.0.1', port}, {registry: metrics.registry, beforeScrape});
    await server.listen();
    try {
      const url = `http://127.0.0.1:${port}/metrics`;
      expect(await (await fetch(url)).text()).toContain('qanat_p2p_peers 7');
      fails = true;
      expect((await fetch(url)).status).toBe(500);
      expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
      expect((await fetch(url, {method: 'POST'})).status).toBe(405);
    } finally {
      await server.close();
    }
  });
});

describe('the disk', () => {
  it('is looked at folder by folder; one that is missing has no bytes', async () => {
    const data = mkdtempSync(join(tmpdir(), 'qanat-disk-'));
    try {
      mkdirSync(join(data, 'blockstore.db', 'inner'), {recursive: true});
      writeFileSync(join(data, 'blockstore.db', '1.ldb'), new Uint8Array(1000));
      writeFileSync(join(data, 'blockstore.db', 'inner', '2.ldb'), new Uint8Array(24));
      const metrics = createMetrics();
      const stores = ['blockstore.db', 'snapshots'].map((name) => join(data, name));
      await new DiskSampler({data, stores, setTimer: () => () => undefined}, metrics).sample();
      const text = await metrics.registry.metrics();
      expect(text).toContain('qanat_storage_bytes{store="blockstore.db"} 1024');
      expect(text).toContain('qanat_storage_bytes{store="snapshots"} 0');
      expect(Number(/^qanat_storage_free_bytes (\d+(?:\.\d+)?(?:e\+\d+)?)$/m.exec(text)?.[1])).toBeGreaterThan(0);
    } finally {
      rmSync(data, {recursive: true});
    }
  });
});
