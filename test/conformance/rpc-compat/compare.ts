/**
 * When a response is the expected one. Results must be equal as JSON values, whatever the order of their fields; of files that
 * are marked `speconly` only the shape counts. Of errors the code must be equal, and the data where any is expected; a message must
 * be there, but its words are each client's own: the specification fixes none, and EIP-55 spellings or added detail are no fault.
 */
export type Json = null | boolean | number | string | readonly Json[] | {readonly [key: string]: Json};

interface Response {
  readonly id?: Json;
  readonly result?: Json;
  readonly error?: {readonly code?: Json; readonly message?: Json; readonly data?: Json};
}

/** What is wrong with `actual`; undefined: nothing. */
export function differenceOf(expectedText: string, actualText: string, isSpecOnly: boolean): string | undefined {
  const expected = JSON.parse(expectedText) as Response;
  let actual: Response;
  try {
    actual = JSON.parse(actualText) as Response;
  } catch {
    return `the response is not JSON: ${short(actualText)}`;
  }
  if (actual.id !== expected.id) return `id ${JSON.stringify(actual.id)}, expected ${JSON.stringify(expected.id)}`;
  if (expected.error !== undefined) return differenceOfErrors(expected.error, actual);
  if (actual.error !== undefined) return `error ${short(JSON.stringify(actual.error))}, a result expected`;
  if (actual.result === undefined || expected.result === undefined) return `no result in ${short(actualText)}`;
  return isSpecOnly ? differenceOfShapes(expected.result, actual.result, 'result') : differenceOfValues(expected.result, actual.result, 'result');
}

function differenceOfErrors(expected: NonNullable<Response['error']>, {error}: Response): string | undefined {
  if (error === undefined) return `a result, error ${JSON.stringify(expected.code)} (${String(expected.message)}) expected`;
  if (error.code !== expected.code) return `error ${JSON.stringify(error.code)} (${String(error.message)}), expected ${JSON.stringify(expected.code)} (${String(expected.message)})`;
  if (typeof error.message !== 'string' || error.message === '') return 'an error without a message';
  return expected.data === undefined ? undefined : differenceOfValues(expected.data, error.data ?? null, 'error.data');
}

function differenceOfValues(expected: Json, actual: Json, at: string): string | undefined {
  if (isList(expected) && isList(actual)) {
    if (expected.length !== actual.length) return `${at}: ${actual.length} items, expected ${expected.length}`;
    return first(expected.map((item, index) => () => differenceOfValues(item, actual[index]!, `${at}[${index}]`)));
  }
  if (isObject(expected) && isObject(actual)) {
    return differenceOfKeys(expected, actual, at) ?? first(Object.keys(expected).map((key) => () => differenceOfValues(expected[key]!, actual[key]!, `${at}.${key}`)));
  }
  return expected === actual ? undefined : `${at}: ${short(JSON.stringify(actual))}, expected ${short(JSON.stringify(expected))}`;
}

/** Same types, same fields, same kind of text. null stands for a value that may be missing, and the items of a list for one another. */
function differenceOfShapes(expected: Json, actual: Json, at: string): string | undefined {
  if (expected === null || actual === null) return undefined;
  if (kindOf(expected) !== kindOf(actual)) return `${at}: ${kindOf(actual)} ${short(JSON.stringify(actual))}, expected ${kindOf(expected)}`;
  if (isList(expected) && isList(actual)) {
    return first(actual.map((item, index) => () => differenceOfSamples(expected, item, `${at}[${index}]`)));
  }
  if (!isObject(expected) || !isObject(actual)) return undefined;
  const keys = Object.keys(expected);
  if (isMap(keys)) {
    // Accounts, nonces and the like: which there are is the client's state.
    const samples = Object.values(expected);
    return first(Object.entries(actual).map(([key, value]) => () => differenceOfSamples(samples, value, `${at}.${key}`)));
  }
  if (keys.length === 0) return undefined;
  return differenceOfKeys(withoutOptional(expected, actual), actual, at) ?? first(keys.filter((key) => key in actual).map((key) => () => differenceOfShapes(expected[key]!, actual[key]!, `${at}.${key}`)));
}

/** Items of a list, and values of a map, are of few kinds: transactions of several types, for example. One of them has to fit. */
function differenceOfSamples(samples: readonly Json[], actual: Json, at: string): string | undefined {
  const differences = samples.map((sample) => differenceOfShapes(sample, actual, at));
  return differences.includes(undefined) ? undefined : differences[0];
}

/** Fields that the specification's schemas leave out of `required`, where a client may truly have nothing to say. */
const OPTIONAL: ReadonlySet<string> = new Set(['deleteStrategy']);

function withoutOptional(expected: {readonly [key: string]: Json}, actual: {readonly [key: string]: Json}): {readonly [key: string]: Json} {
  return Object.fromEntries(Object.entries(expected).filter(([key]) => key in actual || !OPTIONAL.has(key)));
}

function differenceOfKeys(expected: {readonly [key: string]: Json}, actual: {readonly [key: string]: Json}, at: string): string | undefined {
  const missing = Object.keys(expected).filter((key) => !(key in actual));
  const extra = Object.keys(actual).filter((key) => !(key in expected));
  if (missing.length > 0) return `${at}: without ${missing.join(', ')}`;
  return extra.length > 0 ? `${at}: has ${extra.join(', ')}, which is not expected` : undefined;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json): value is {readonly [key: string]: Json} => typeof value === 'object' && value !== null && !isList(value);
const isMap = (keys: readonly string[]): boolean => keys.length > 0 && keys.every((key) => /^(0x[0-9a-fA-F]+|[0-9]+)$/.test(key));

function kindOf(value: Json): string {
  if (isList(value)) return 'list';
  if (typeof value === 'string') return /^0x[0-9a-fA-F]*$/.test(value) ? 'hex' : 'text';
  return typeof value;
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const difference = check();
    if (difference !== undefined) return difference;
  }
  return undefined;
}

const short = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
