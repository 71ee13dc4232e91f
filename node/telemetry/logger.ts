import {pino, type Logger as PinoLogger} from 'pino';
import pretty from 'pino-pretty';

/** Structured logger of the node: `logger.info({height}, 'committed')`. `child` adds the module's name. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(module: string): Logger;
}

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** pretty: a line a person can read; json: one object per line. */
  readonly format: 'pretty' | 'json';
  readonly destination?: NodeJS.WritableStream;
}

export function createLogger(options: LoggerOptions): Logger {
  const destination = options.destination ?? process.stdout;
  const stream =
    options.format === 'json'
      ? destination
      : pretty({
          destination,
          sync: true,
          colorize: (destination as {isTTY?: boolean}).isTTY === true,
          singleLine: true,
          translateTime: 'SYS:HH:MM:ss.l',
          ignore: 'pid,hostname,module',
          messageFormat: '{if module}{module}: {end}{msg}',
        });
  return wrap(
    pino(
      {
        level: options.level,
        base: null,
        formatters: {level: (label) => ({level: label})},
        serializers: {error: pino.stdSerializers.err},
      },
      stream,
    ),
  );
}

function wrap(logger: PinoLogger): Logger {
  return {
    debug: (fields, message) => logger.debug(printable(fields), message),
    info: (fields, message) => logger.info(printable(fields), message),
    warn: (fields, message) => logger.warn(printable(fields), message),
    error: (fields, message) => logger.error(printable(fields), message),
    child: (module) => wrap(logger.child({module})),
  };
}

/** pino's JSON has no bigint; heights and gas are shown as decimal numbers. */
function printable(fields: object): object {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'bigint') {
      result[name] = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
    } else if (value instanceof Uint8Array) {
      result[name] = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
    } else {
      result[name] = value;
    }
  }
  return result;
}
