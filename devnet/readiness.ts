import type {RunningValidator} from './runner.ts';

const POLL_INTERVAL_MS = 50;
const REQUEST_TIMEOUT_MS = 2_000;

/** Height of a node's last block, or undefined while it does not answer. */
export async function blockNumber(ethPort: number): Promise<bigint | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${ethPort}`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const {result} = (await response.json()) as {result?: string};
    return result === undefined ? undefined : BigInt(result);
  } catch {
    return undefined;
  }
}

/** Resolves when the process says that its servers listen; rejects when it ends before. */
export async function listening(validator: RunningValidator): Promise<void> {
  const ended = Symbol();
  // Not by its port: another program may answer there.
  if ((await Promise.race([validator.exited.then(() => ended), validator.started])) === ended) throw new Error(`validator ${validator.description.index} stopped before it listened`);
}

/** Resolves when the validator's own RPC shows block 1 or later; rejects when its process ends first or time runs out. */
export async function firstBlock(validator: RunningValidator, timeoutMs: number): Promise<void> {
  const {index, ports} = validator.description;
  const ended = Symbol();
  const exit = validator.exited.then(() => ended);
  const deadline = performance.now() + timeoutMs;
  await listening(validator);
  for (;;) {
    if (((await blockNumber(ports.eth)) ?? 0n) >= 1n) return;
    if (performance.now() > deadline) throw new Error(`validator ${index} made no block within ${timeoutMs / 1000} s`);
    const pause = new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    if ((await Promise.race([exit, pause])) === ended) throw new Error(`validator ${index} stopped before its first block`);
  }
}
