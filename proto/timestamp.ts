/** BFT time: UTC with nanoseconds, in the range of Go's time as protobuf carries it (years 1 to 9999). */
import {ZERO_TIME, type Timestamp} from './types.ts';

const RFC3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;
const NANOS_PER_SECOND = 1_000_000_000n;

/** Go's RFC3339Nano in UTC: no trailing zeros in the fraction, no fraction when it is zero. */
export function timestampToRfc3339(time: Timestamp): string {
  const seconds = new Date(Number(time.seconds) * 1000).toISOString().slice(0, 19);
  const fraction = time.nanos === 0 ? '' : `.${String(time.nanos).padStart(9, '0').replace(/0+$/, '')}`;
  return `${seconds}${fraction}Z`;
}

/** @throws RangeError when `text` is not an RFC 3339 time with at most nine digits of fraction. */
export function timestampFromRfc3339(text: string): Timestamp {
  const match = RFC3339.exec(text);
  const [, base = '', fraction = '', zone = 'Z'] = match ?? [];
  const milliseconds = Date.parse(`${base}Z`);
  // Date.parse takes 30 February for 1 March.
  if (match === null || Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 19) !== base) {
    throw new RangeError(`${JSON.stringify(text.slice(0, 64))} is not an RFC 3339 time`);
  }
  const seconds = BigInt(milliseconds / 1000) - BigInt(zoneSeconds(zone));
  return {seconds, nanos: Number(fraction.padEnd(9, '0'))};
}

function zoneSeconds(zone: string): number {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) throw new RangeError(`${zone} is not a time zone`);
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/** Negative when a is earlier, 0 when equal. */
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  if (a.seconds !== b.seconds) return a.seconds < b.seconds ? -1 : 1;
  return a.nanos - b.nanos;
}

export function timestampToNanos(time: Timestamp): bigint {
  return time.seconds * NANOS_PER_SECOND + BigInt(time.nanos);
}

export function timestampFromNanos(nanos: bigint): Timestamp {
  const remainder = ((nanos % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND;
  return {seconds: (nanos - remainder) / NANOS_PER_SECOND, nanos: Number(remainder)};
}

export function timestampFromMilliseconds(milliseconds: number): Timestamp {
  return timestampFromNanos(BigInt(Math.floor(milliseconds)) * 1_000_000n);
}

export function isZeroTime(time: Timestamp): boolean {
  return compareTimestamps(time, ZERO_TIME) === 0;
}
