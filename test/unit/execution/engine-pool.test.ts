import {describe, expect, it} from '@jest/globals';
import {EnginePool} from '../../../node/execution/engine-pool.ts';
import type {ExecutionEngine} from '../../../node/execution/engine.ts';
import {CALL_ENGINES_MAX} from '../../../node/execution/limits.ts';

/** A pool whose engines are made as `outcomes` says, then always well; and work that ends when told. */
function poolOf(outcomes: readonly boolean[]): {readonly pool: EnginePool; made(): number} {
  let made = 0;
  const pool = new EnginePool(async () => {
    if (outcomes[made++] === false) throw new Error(`no engine ${made}`);
    return {id: made} as unknown as ExecutionEngine;
  });
  return {pool, made: () => made};
}

function task(): {readonly promise: Promise<void>; end(error?: Error): void} {
  let end!: (error?: Error) => void;
  const promise = new Promise<void>((resolve, reject) => (end = (error) => (error === undefined ? resolve() : reject(error))));
  return {promise, end};
}

const good = (count: number): boolean[] => Array<boolean>(count).fill(true);
const failing = (error: string) => expect.objectContaining({status: 'rejected', reason: expect.objectContaining({message: error})}) as unknown;

describe('a pool of engines', () => {
  it('gives whoever waits a new engine in the place of one that was lost', async () => {
    const {pool, made} = poolOf([]);
    const tasks = Array.from({length: CALL_ENGINES_MAX}, task);
    const running = tasks.map(({promise}) => pool.use(() => promise));
    const waiting = pool.use(async () => 'served');
    tasks[0]!.end(new Error('lost'));
    expect(await waiting).toBe('served');
    expect(made()).toBe(CALL_ENGINES_MAX + 1);
    for (const {end} of tasks.slice(1)) end();
    expect((await Promise.allSettled(running))[0]).toEqual(failing('lost'));
  });

  it('that none can be made in its place ends a request, not the pool', async () => {
    const {pool} = poolOf([...good(CALL_ENGINES_MAX), false]);
    const tasks = Array.from({length: CALL_ENGINES_MAX}, task);
    const running = tasks.map(({promise}) => pool.use(() => promise));
    const waiting = [pool.use(async () => 1), pool.use(async () => 2)];
    for (const {end} of tasks) end(new Error('lost'));
    const ends = await Promise.allSettled([...waiting, ...running]);
    expect(ends.filter(({status}) => status === 'fulfilled')).toHaveLength(1);
    expect(ends).toContainEqual(failing(`no engine ${CALL_ENGINES_MAX + 1}`));
    // All of its places are there again.
    const next = Array.from({length: CALL_ENGINES_MAX}, task);
    let begun = 0;
    const again = next.map(({promise}) =>
      pool.use(() => {
        if (++begun === CALL_ENGINES_MAX) for (const {end} of next) end();
        return promise;
      }),
    );
    await Promise.all(again);
  });

  it('nobody waits for ever where no engine can be made at all', async () => {
    const count = CALL_ENGINES_MAX + 3;
    const {pool} = poolOf(Array<boolean>(count).fill(false));
    const ends = await Promise.allSettled(Array.from({length: count}, () => pool.use(async () => undefined)));
    expect(ends.every(({status}) => status === 'rejected')).toBe(true);
    expect(await pool.use(async () => 'served')).toBe('served');
  });
});
