/**
 * Queries over events: conditions joined by AND, such as `tm.event = 'Tx' AND transfer.sender = 'qanat1…' AND tx.height > 5`.
 * Source: CometBFT `libs/pubsub/query` (query.go, syntax/parser.go). Lengths and numbers of conditions are bounded.
 */
import type {AbciEvent} from '#proto';
import {QUERY_CONDITIONS_MAX, QUERY_LENGTH_MAX} from '../limits.ts';
import {Lexer, parseDate, parseTime, QueryError, type Operator, type Token} from './lexer.ts';

export type Operand =
  | {readonly kind: 'string'; readonly text: string}
  | {readonly kind: 'number'; readonly value: Decimal}
  | {readonly kind: 'time' | 'date'; readonly nanos: bigint};

export interface Condition {
  /** Event type and attribute, joined by a dot. */
  readonly tag: string;
  readonly operator: Operator;
  /** Absent with EXISTS. */
  readonly operand: Operand | undefined;
}

export interface Query {
  readonly text: string;
  readonly conditions: readonly Condition[];
}

/** units / 10^scale, exact. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

const OPERATOR_NAMES = '<= operator, >= operator, < operator, > operator, = operator, CONTAINS operator or EXISTS operator';
/** As `8atom` and `6.5stake` are written: what follows the number does not count. */
const LEADING_NUMBER = /^\d+(\.\d+)?/;
/** Digits of a value that is compared as a number; no amount of coins has more. */
const NUMBER_LENGTH_MAX = 128;

/** @throws QueryError */
export function parseQuery(text: string): Query {
  if (text.length > QUERY_LENGTH_MAX) throw new QueryError('maximum query length exceeded');
  const lexer = new Lexer(text);
  const conditions = [parseCondition(lexer)];
  for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) {
    if (token.kind !== 'and') throw new QueryError(`offset ${token.offset}: got ${nameOf(token)}, want AND operator`);
    if (conditions.length >= QUERY_CONDITIONS_MAX) throw new QueryError(`more than ${QUERY_CONDITIONS_MAX} conditions`);
    conditions.push(parseCondition(lexer));
  }
  return {text, conditions};
}

function parseCondition(lexer: Lexer): Condition {
  const tag = lexer.next();
  if (tag.kind !== 'tag') throw unexpected(tag, 'tag');
  const operator = lexer.next();
  if (operator.kind !== 'operator') throw unexpected(operator, OPERATOR_NAMES);
  const condition = {tag: tag.text, operator: operator.text};
  switch (operator.text) {
    case 'EXISTS':
      return {...condition, operand: undefined};
    case 'CONTAINS':
      return {...condition, operand: parseOperand(lexer, ['string'], 'string')};
    case '=':
      return {...condition, operand: parseOperand(lexer, ['number', 'time', 'date', 'string'], 'number, timestamp, datestamp or string')};
    default:
      return {...condition, operand: parseOperand(lexer, ['number', 'time', 'date'], 'number, timestamp or datestamp')};
  }
}

function parseOperand(lexer: Lexer, kinds: readonly Token['kind'][], wanted: string): Operand {
  const token = lexer.next();
  if (!kinds.includes(token.kind)) throw unexpected(token, wanted);
  switch (token.kind) {
    case 'string':
      return {kind: 'string', text: token.text};
    case 'number':
      return {kind: 'number', value: parseDecimal(token.text) ?? {units: 0n, scale: 0}};
    case 'time':
    case 'date':
      return {kind: token.kind, nanos: token.nanos};
    default:
      throw unexpected(token, wanted);
  }
}

function unexpected(token: Token, wanted: string): QueryError {
  if (token.kind === 'end') return new QueryError(`offset ${token.offset}: EOF`);
  return new QueryError(`offset ${token.offset}: got ${nameOf(token)}, wanted ${wanted}`);
}

function nameOf(token: Token): string {
  switch (token.kind) {
    case 'operator':
      return `${token.text} operator`;
    case 'and':
      return 'AND operator';
    case 'time':
      return 'timestamp';
    case 'date':
      return 'datestamp';
    default:
      return token.kind;
  }
}

/** Attribute values by `type.key`, as subscribers see them. */
export type EventMap = ReadonlyMap<string, readonly string[]>;

export function matches(query: Query, events: EventMap): boolean {
  return query.conditions.every((condition) => {
    const values = events.get(condition.tag);
    if (values !== undefined) return values.some((value) => matchesValue(condition, value));
    // An event without this attribute exists under its type alone.
    return condition.operator === 'EXISTS' && [...events.keys()].some((key) => key.startsWith(`${condition.tag}.`));
  });
}

/** Whether one attribute value satisfies a condition. */
export function matchesValue({operator, operand}: Condition, value: string): boolean {
  if (operand === undefined) return true;
  switch (operand.kind) {
    case 'string':
      return operator === 'CONTAINS' ? value.includes(operand.text) : value === operand.text;
    case 'number': {
      const number = parseDecimal(value);
      return number !== undefined && holds(operator, compareDecimals(number, operand.value));
    }
    case 'time':
    case 'date': {
      const nanos = operand.kind === 'time' ? parseTime(value) : parseDate(value);
      return nanos !== undefined && holds(operator, nanos < operand.nanos ? -1 : nanos > operand.nanos ? 1 : 0);
    }
  }
}

export function holds(operator: Operator, order: number): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      return false;
  }
}

/** The number that a text begins with. */
export function parseDecimal(text: string): Decimal | undefined {
  const digits = LEADING_NUMBER.exec(text)?.[0];
  if (digits === undefined || digits.length > NUMBER_LENGTH_MAX) return undefined;
  const dot = digits.indexOf('.');
  return dot === -1 ? {units: BigInt(digits), scale: 0} : {units: BigInt(digits.slice(0, dot) + digits.slice(dot + 1)), scale: digits.length - dot - 1};
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const left = a.units * 10n ** BigInt(b.scale);
  const right = b.units * 10n ** BigInt(a.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Attributes without a key and events without a type are nobody's. */
export function addEvents(map: Map<string, string[]>, events: readonly AbciEvent[]): void {
  for (const {type, attributes} of events) {
    if (type === '') continue;
    for (const {key, value} of attributes) {
      if (key === '') continue;
      const values = map.get(`${type}.${key}`);
      if (values === undefined) map.set(`${type}.${key}`, [value]);
      else values.push(value);
    }
  }
}
