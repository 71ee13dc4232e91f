/** What the services' commands print: progress and logs on stderr, results on stdout. */
import type {Logger} from '../logger.ts';
import type {OnProgress} from '../prover/setup.ts';

/** A line per message, with the time; or a JSON object per line. */
export function consoleLogger(isJson: boolean): Logger {
  const write = (level: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    const time = new Date().toISOString();
    if (isJson) console.error(JSON.stringify({time, level, ...fields, message}));
    else console.error(`${time.slice(11, 23)} ${level === 'info' ? '' : `${level.toUpperCase()} `}${message}${describe(fields)}`);
  };
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}

function describe(fields: Readonly<Record<string, unknown>>): string {
  const text = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`).join(' ');
  return text === '' ? '' : `  ${text}`;
}

/** A line when the kind of work changes and at every tenth of it. */
export function consoleProgress(): OnProgress {
  let lastText = '';
  return (fraction, what) => {
    const text = `${what} (${Math.floor(fraction * 10) * 10} %)`;
    if (text !== lastText) console.error(`  ${text}`);
    lastText = text;
  };
}
