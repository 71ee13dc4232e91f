import {createServer} from 'node:net';

/**
 * A base port P such that P … P+count-1 are free now. Jest workers get ranges of their own, below the range from which the
 * system takes ephemeral ports.
 */
export async function freeBasePort(count: number): Promise<number> {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? '1');
  const first = 18_000 + (worker % 8) * 1_500;
  for (let base = first; base + count < first + 1_500; base += 50) {
    const free = await Promise.all(Array.from({length: count}, (_, offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no free range of ports');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
