import {resolve} from 'node:path';
import {mkdirSync} from 'node:fs';
import {InvalidArgumentError, type Command} from 'commander';
import {LightClientError, type TrustOptions} from '#consensus/light';
import {fromHex, HASH_BYTES} from '#proto';
import {createLogger} from '#node/telemetry';
import {StorageError} from '#node/storage';
import {LightNode} from '../light/node.ts';
import {wholeNumber} from './arguments.ts';

const UNIT_NS: Readonly<Record<string, bigint>> = {h: 3_600_000_000_000n, m: 60_000_000_000n, s: 1_000_000_000n, ms: 1_000_000n};
const DURATION = /^(?:\d+(?:h|ms|m|s))+$/;
const HEIGHT = /^[1-9]\d{0,17}$/;
const MAX_DRIFT_MS = 600_000;

interface LightFlags {
  readonly primary: string;
  readonly witness: readonly string[];
  readonly trustHeight: bigint;
  readonly trustHash: Uint8Array;
  readonly trustingPeriod: bigint;
  readonly trustLevel: {readonly numerator: bigint; readonly denominator: bigint};
  readonly maxClockDrift: number;
  readonly sequential?: boolean;
  readonly chainId?: string;
  readonly home?: string;
  readonly laddr: {readonly host: string; readonly port: number};
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** `qanat light`: follows a running chain by its headers and serves what they prove. */
export function addLightCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('light')
    .description('follow a chain by its headers, and serve verified CometBFT RPC')
    .requiredOption('--primary <url>', 'CometBFT RPC of the node that is asked first')
    .requiredOption('--witness <urls...>', 'CometBFT RPC of other nodes, which cross-check it')
    .requiredOption('--trust-height <height>', 'height of a header that you trust', height)
    .requiredOption('--trust-hash <hex>', 'hash of that header', hash)
    .option('--trusting-period <duration>', 'how long a header is trusted; less than the unbonding period', duration, UNIT_NS['h']! * 168n)
    .option('--trust-level <fraction>', 'share of the trusted power that must have signed, from 1/3 to 1', fraction, {numerator: 1n, denominator: 3n})
    .option('--max-clock-drift <ms>', 'how far ahead of this clock a header may be', wholeNumber(0, MAX_DRIFT_MS), 10_000)
    .option('--sequential', 'verify every header instead of skipping')
    .option('--chain-id <id>', 'the chain; default: as the trusted header says')
    .option('--home <dir>', 'folder of the verified headers; default: in memory')
    .option('--laddr <address>', 'where to serve, for example tcp://127.0.0.1:8888', address, {host: '127.0.0.1', port: 8888})
    .option('--log-level <level>', 'debug, info, warn or error', 'info')
    .action(async (flags: LightFlags) => finish(await light(flags)));
}

async function light(flags: LightFlags): Promise<number> {
  const logger = createLogger({level: flags.logLevel, format: 'pretty'});
  const trust: TrustOptions = {height: flags.trustHeight, hash: flags.trustHash, periodNs: flags.trustingPeriod};
  const home = flags.home === undefined ? undefined : resolve(flags.home);
  if (home !== undefined) mkdirSync(home, {recursive: true});
  const node = new LightNode(
    {
      primary: flags.primary,
      witnesses: flags.witness,
      trust,
      mode: flags.sequential === true ? 'sequential' : 'skipping',
      trustLevel: flags.trustLevel,
      maxClockDriftMs: flags.maxClockDrift,
      ...(flags.chainId !== undefined && {chainId: flags.chainId}),
      ...(home !== undefined && {home}),
      ...flags.laddr,
    },
    logger,
  );
  const stopped = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done());
  });
  try {
    const {port, chainId} = await Promise.race([node.start(), stopped.then(() => Promise.reject(new Error('stopped')))]);
    logger.info({chain: chainId, address: `http://${flags.laddr.host}:${port}`}, 'serving verified RPC');
    await Promise.race([node.following, stopped]);
    return 0;
  } catch (error) {
    const code = error instanceof LightClientError || error instanceof StorageError ? `${error.code}: ` : '';
    logger.error({}, `${code}${(error as Error).message}`);
    return 1;
  } finally {
    await node.stop();
  }
}

function height(text: string): bigint {
  if (!HEIGHT.test(text)) throw new InvalidArgumentError('Expected a height of 1 or more.');
  return BigInt(text);
}

function hash(text: string): Uint8Array {
  if (!/^(0x)?[0-9a-fA-F]{64}$/.test(text)) throw new InvalidArgumentError(`Expected ${HASH_BYTES} bytes of hex.`);
  return fromHex(text);
}

/** As Go writes durations: 168h, 1h30m, 90s. */
export function duration(text: string): bigint {
  if (!DURATION.test(text)) throw new InvalidArgumentError('Expected a duration like 168h, 1h30m or 90s.');
  let total = 0n;
  for (const [, amount = '0', unit = ''] of text.matchAll(/(\d{1,12})(h|ms|m|s)/g)) total += BigInt(amount) * UNIT_NS[unit]!;
  if (total === 0n) throw new InvalidArgumentError('Expected a duration longer than nothing.');
  return total;
}

export function fraction(text: string): {numerator: bigint; denominator: bigint} {
  const match = /^(\d{1,9})(?:\/(\d{1,9}))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected a fraction like 1/3.');
  return {numerator: BigInt(match[1]!), denominator: BigInt(match[2] ?? 1)};
}

export function address(text: string): {host: string; port: number} {
  const match = /^(?:tcp:\/\/)?(\[[0-9a-fA-F:]+\]|[^:/]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) throw new InvalidArgumentError('Expected an address like tcp://127.0.0.1:8888.');
  return {host: match[1]!.replace(/^\[|\]$/g, ''), port};
}
