import {parseArgs} from 'node:util';

/** Most validators that one machine is asked to run. */
export const VALIDATORS_MAX = 32;

export interface DevnetOptions {
  readonly validators: number;
  /** undefined: a temporary folder, removed at the end. */
  readonly home: string | undefined;
  readonly basePort: number | undefined;
  readonly blockIntervalMs: number | undefined;
  readonly logLevel: string | undefined;
  /** One process without consensus, whose state can be changed by RPC. */
  readonly dev: boolean;
  readonly help: boolean;
}

export const USAGE = `Usage: npm run devnet -- [options]

  --validators N        validators to run, 1 to ${VALIDATORS_MAX} (default 4)
  --dev                 one process without consensus: blocks at once, snapshots, time travel, impersonation by RPC
  --home DIR            keep the chain in DIR across runs (default: a temporary folder)
  --base-port P         validator i listens on P+10i (Ethereum JSON-RPC), +1 (CometBFT RPC), +2 (p2p), +3 (metrics)
                        (default: 8545+10i, 26657+10i, 26656+10i, 26660+10i)
  --block-interval MS   time between empty blocks (default 1000); pending transactions are proposed at once.
                        With --dev: time between blocks, none at once (default: a block for each pending transaction)
  --log-level LEVEL     debug, info, warn or error (default info)
`;

/** @throws Error with a message for the person who typed the command. */
export function parseDevnetOptions(args: readonly string[]): DevnetOptions {
  const {values} = parseArgs({
    args: [...args],
    options: {
      'validators': {type: 'string'},
      'dev': {type: 'boolean'},
      'home': {type: 'string'},
      'base-port': {type: 'string'},
      'block-interval': {type: 'string'},
      'log-level': {type: 'string'},
      'help': {type: 'boolean', short: 'h'},
    },
    strict: true,
    allowPositionals: false,
  });
  const dev = values.dev === true;
  const validators = whole('--validators', values.validators, 1, VALIDATORS_MAX) ?? (dev ? 1 : 4);
  if (dev && validators !== 1) throw new Error(`--dev runs one process without consensus; it cannot be ${validators} validators`);
  const lastPortOffset = 10 * (validators - 1) + 4;
  return {
    validators,
    home: values.home,
    basePort: whole('--base-port', values['base-port'], 1, 65535 - lastPortOffset),
    blockIntervalMs: whole('--block-interval', values['block-interval'], 1, 3_600_000),
    logLevel: values['log-level'],
    dev,
    help: values.help === true,
  };
}

function whole(flag: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) throw new Error(`${flag} is "${text}", expected a whole number from ${min} to ${max}`);
  return value;
}
