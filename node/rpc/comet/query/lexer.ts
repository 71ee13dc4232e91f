/** Tokens of the event query language. Source: CometBFT `libs/pubsub/query/syntax/scanner.go`, whose messages it keeps. */
import {timestampFromRfc3339, timestampToNanos} from '#proto';

export type Operator = '=' | '<' | '<=' | '>' | '>=' | 'CONTAINS' | 'EXISTS';

export type Token =
  | {readonly kind: 'tag' | 'string' | 'number'; readonly text: string; readonly offset: number}
  | {readonly kind: 'time' | 'date'; readonly text: string; readonly nanos: bigint; readonly offset: number}
  | {readonly kind: 'operator'; readonly text: Operator; readonly offset: number}
  | {readonly kind: 'and' | 'end'; readonly offset: number};

/** What is wrong with a query, and where. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

const SPACE = /\s/u;
const DIGIT = /[0-9]/;
const FIRST_OF_TAG = /[_\p{L}\p{Nd}]/u;
const TAG = /[-._\p{L}\p{Nd}]/u;
const YEAR_MIN = 1900;
const YEAR_MAX = 2999;

/** Reads one token after the other. Texts are bounded by the caller. */
export class Lexer {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#characters = [...text];
  }

  /** @throws QueryError */
  next(): Token {
    while (this.#at < this.#characters.length && SPACE.test(this.#characters[this.#at]!)) this.#at++;
    const offset = this.#at;
    const first = this.#characters[offset];
    if (first === undefined) return {kind: 'end', offset};
    if (DIGIT.test(first)) return {kind: 'number', text: this.#number(), offset};
    if (FIRST_OF_TAG.test(first)) return this.#word(offset);
    if (first === "'") return {kind: 'string', text: this.#quoted(offset), offset};
    if (first === '<' || first === '>' || first === '=') {
      this.#at++;
      const hasEquals = first !== '=' && this.#characters[this.#at] === '=';
      if (hasEquals) this.#at++;
      return {kind: 'operator', text: hasEquals ? `${first}=` : first, offset};
    }
    throw new QueryError(`offset ${offset}: invalid input ${first} at offset ${offset + 1}`);
  }

  #number(): string {
    let text = this.#while(DIGIT);
    if (this.#characters[this.#at] === '.') {
      this.#at++;
      text += `.${this.#while(DIGIT)}`;
    }
    return text;
  }

  #word(offset: number): Token {
    const text = this.#while(TAG);
    switch (text) {
      case 'AND':
        return {kind: 'and', offset};
      case 'CONTAINS':
      case 'EXISTS':
        return {kind: 'operator', text, offset};
      case 'TIME':
      case 'DATE':
        if (this.#characters[this.#at] === ' ') return this.#instant(text, offset);
        return {kind: 'tag', text, offset};
      default:
        return {kind: 'tag', text, offset};
    }
  }

  #instant(label: 'TIME' | 'DATE', offset: number): Token {
    this.#at++;
    const text = this.#while(label === 'TIME' ? /[-T:+Z.0-9]/ : /[-0-9]/);
    const nanos = label === 'TIME' ? parseTime(text) : parseDate(text);
    if (nanos === undefined) throw new QueryError(`offset ${offset}: invalid ${label} value ${JSON.stringify(text)}`);
    const year = Number(text.slice(0, 4));
    if (year < YEAR_MIN || year > YEAR_MAX) throw new QueryError(`offset ${offset}: ${label === 'TIME' ? 'timestamp' : 'datestamp'} year ${year} out of range`);
    return {kind: label === 'TIME' ? 'time' : 'date', text, nanos, offset};
  }

  #quoted(offset: number): string {
    const end = this.#characters.indexOf("'", offset + 1);
    if (end === -1) throw new QueryError(`offset ${offset}: a string without its closing quote`);
    this.#at = end + 1;
    return this.#characters.slice(offset + 1, end).join('');
  }

  #while(pattern: RegExp): string {
    const start = this.#at;
    while (this.#at < this.#characters.length && pattern.test(this.#characters[this.#at]!)) this.#at++;
    return this.#characters.slice(start, this.#at).join('');
  }
}

/** RFC 3339, as nanoseconds since 1970. */
export function parseTime(text: string): bigint | undefined {
  return instant(text);
}

/** YYYY-MM-DD, as nanoseconds since 1970. */
export function parseDate(text: string): bigint | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? instant(`${text}T00:00:00Z`) : undefined;
}

function instant(text: string): bigint | undefined {
  try {
    return timestampToNanos(timestampFromRfc3339(text));
  } catch {
    return undefined;
  }
}
