/**
 * `Promise.withResolvers` for Node 20, which libp2p needs before any of its modules is evaluated
 * (without it every handshake fails with ECONNRESET). Import this module first in every entry point.
 */
if (typeof Promise.withResolvers !== 'function') {
  Promise.withResolvers = function withResolvers<T>(): PromiseWithResolvers<T> {
    let resolve!: (value: T | PromiseLike<T>) => void;
    let reject!: (reason?: unknown) => void;
    const promise = new Promise<T>((res, rej) => {
      resolve = res;
      reject = rej;
    });
    return {promise, resolve, reject};
  };
}
