/**
 * A node in a process of its own, for tests that try to kill it: a throw or a rejection that nobody handles ends this process as it would
 * end a real node, which it does not do under jest. Prints its address first, then one JSON line per event.
 */
import '../../../node/app/polyfills.ts';

const {startNode} = await import('./support.ts');

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const node = await startNode({
  moniker: 'victim',
  inboundConnectionsPerSecond: 10_000,
  timing: {heartbeatIntervalMs: 300, banBaseMs: 60 * 60 * 1000, handshakeTimeoutMs: 1_500, upgradeTimeoutMs: 1_500},
});
node.network.onTransactions(() => 'accept');
node.network.subscribe({
  peerAdded: peer => {
    say({event: 'added', peer});
    node.network.send(peer, 0x20, Uint8Array.of(1));
  },
  peerRemoved: peer => say({event: 'removed', peer}),
  message: (peer, channel, bytes) => {
    node.network.send(peer, channel, bytes);
  },
});
say({address: node.address});
const report = setInterval(() => {
  const lines = node.logs(/banned|Handler|subscriber/i).map(line => ({event: 'log', ...line}));
  node.events.length = 0;
  for (const line of lines) say(line);
}, 50);
process.stdin.on('end', () => {
  clearInterval(report);
  void node.network.stop().then(() => process.exit(0));
});
process.stdin.resume();
