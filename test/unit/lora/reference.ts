/**
 * The evaluation verifier of docs/spec/lora.md, written down as it stands there: bigints, the points of @noble/curves, each of the six
 * equations by itself. Slow, and shares nothing with the fast one but the layout of the bytes.
 */
import {bn254} from '@noble/curves/bn254.js';
import {sha256} from '@noble/hashes/sha2.js';
import {loraLayout, loraProofLayout} from '#precompiles/codec';
import type {LoraClaim} from '#precompiles/lora';

type Point = InstanceType<typeof bn254.G1.Point>;
const {Point: G1} = bn254.G1;
const P = bn254.fields.Fr.ORDER;
const Q = bn254.fields.Fp.ORDER;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const concat = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const mod = (value: bigint): bigint => ((value % P) + P) % P;

function uint(value: number | bigint, size: number): Uint8Array {
  return Uint8Array.from({length: size}, (_, i) => Number((BigInt(value) >> BigInt(8 * (size - 1 - i))) & 0xffn));
}

function integer(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function signed(bytes: Uint8Array): bigint {
  return BigInt.asIntN(8 * bytes.length, integer(bytes));
}

class Challenger {
  state = sha256(concat(text('qanat/lora/1/transcript/'), text('evaluation')));

  absorb(label: string, data: Uint8Array): void {
    this.state = sha256(concat(this.state, uint(1, 1), uint(label.length, 1), text(label), uint(data.length, 8), data));
  }

  scalar(label: string): bigint {
    const [a, b] = [0, 1].map((part) => sha256(concat(this.state, uint(2, 1), text(label), uint(part, 1)))) as [Uint8Array, Uint8Array];
    this.state = sha256(concat(this.state, uint(3, 1), text(label)));
    return integer(concat(a, b.slice(0, 16))) % P;
  }

  bytes(label: string, length: number): Uint8Array {
    const blocks = Array.from({length: Math.ceil(length / 32)}, (_, i) => sha256(concat(this.state, uint(4, 1), text(label), uint(i, 4))));
    this.state = sha256(concat(this.state, uint(3, 1), text(label)));
    return concat(...blocks).slice(0, length);
  }
}

function generator(index: number): Point {
  for (let attempt = 0; ; attempt++) {
    const digest = sha256(text(`qanat/lora/1/generator/${index}/${attempt}`));
    const x = integer(digest) & ((1n << 254n) - 1n);
    if (x >= Q) continue;
    try {
      const y = bn254.fields.Fp.sqrt(bn254.fields.Fp.create(x ** 3n + 3n));
      return G1.fromAffine({x, y: y % 2n === 0n ? y : Q - y});
    } catch {
      continue;
    }
  }
}

const generatorCache: Point[] = [];
export function referenceGenerator(index: number): Point {
  return (generatorCache[index] ??= generator(index));
}

/** eq(point)[index] with the first variable for the most significant bit. */
function eq(point: readonly bigint[], index: number): bigint {
  return point.reduce((product, s, j) => mod(product * ((index >> (point.length - 1 - j)) & 1 ? s : 1n - s)), 1n);
}

function encoded(point: Point): Uint8Array {
  const {x, y} = point.toAffine();
  return concat(uint(x, 32), uint(y, 32));
}

export function referenceVerify(claim: LoraClaim): boolean {
  const {shape, rows, context, inputs, outputs, proof} = claim;
  const {inputs: din, outputs: dout, rank, width: w} = shape;
  const layout = loraLayout(shape);
  const at = loraProofLayout(shape);
  const tokens = inputs.length / (2 * din);
  if (proof.length !== at.length || !Number.isInteger(tokens) || tokens < 1) return false;
  if (outputs.length !== tokens * dout * layout.outputBytes || rows.length !== layout.rowCount * 64) return false;
  const points: Point[] = [];
  for (const bytes of [...Array.from({length: 9}, (_, i) => proof.slice(64 * i, 64 * i + 64)), ...Array.from({length: layout.rowCount}, (_, i) => rows.slice(64 * i, 64 * i + 64))]) {
    const [x, y] = [integer(bytes.slice(0, 32)), integer(bytes.slice(32))];
    if (x >= Q || y >= Q || (x === 0n && y === 0n) || (y * y - x ** 3n - 3n) % Q !== 0n) return false;
    points.push(G1.fromAffine({x, y}));
  }
  const scalars = Array.from({length: (proof.length - at.sigma) / 32}, (_, i) => integer(proof.slice(at.sigma + 32 * i, at.sigma + 32 * i + 32)));
  if (scalars.some((scalar) => scalar >= P)) return false;
  const scalar = (offset: number, i = 0): bigint => scalars[(offset - at.sigma) / 32 + i]!;
  const [M, VB, VW, DA, DB, EB, DW, Dg, E4] = points as [Point, Point, Point, Point, Point, Point, Point, Point, Point];

  const shapeBytes = concat(uint(din, 4), uint(dout, 4), uint(rank, 2), uint(w, 2), uint(shape.weightBits, 1), uint(0, 3));
  const transcript = new Challenger();
  transcript.absorb('context', concat(uint(context.chainId, 32), uint(BigInt(context.caller), 20), context.binding));
  transcript.absorb('shape', shapeBytes);
  transcript.absorb('generators', sha256(concat(...Array.from({length: w + 2}, (_, i) => encoded(referenceGenerator(i))))));
  transcript.absorb('commitment', sha256(concat(text('qanat/lora/1/commitment'), shapeBytes, rows)));
  transcript.absorb('inputs', sha256(inputs));
  transcript.absorb('outputs', sha256(outputs));
  const weightBytes = transcript.bytes('tokens', 16 * tokens);
  const rho = Array.from({length: tokens}, (_, t) => integer(weightBytes.slice(16 * t, 16 * t + 16)));
  const beta = Array.from({length: layout.outputVariables}, () => transcript.scalar('beta'));
  const xh = Array.from({length: din}, (_, i) => mod(rho.reduce((sum, weight, t) => sum + weight * signed(inputs.slice(2 * (t * din + i), 2 * (t * din + i) + 2)), 0n)));
  let yh = 0n;
  for (let o = 0; o < dout; o++) {
    for (let t = 0; t < tokens; t++) {
      const start = (t * dout + o) * layout.outputBytes;
      const y = signed(outputs.slice(start, start + layout.outputBytes));
      if (y >= 1n << 53n || y <= -(1n << 53n)) return false;
      yh = mod(yh + rho[t]! * y * eq(beta, o));
    }
  }
  transcript.absorb('claim', uint(yh, 32));
  transcript.absorb('mask', proof.slice(0, 64));
  transcript.absorb('mask sum', proof.slice(at.sigma, at.sigma + 32));
  const alpha = transcript.scalar('alpha');
  if (alpha === 0n) return false;

  let value = mod(yh + alpha * scalar(at.sigma));
  const r: bigint[] = [];
  for (let round = 0; round < layout.variables; round++) {
    const [c0, c2] = [scalar(at.rounds, 2 * round), scalar(at.rounds, 2 * round + 1)];
    transcript.absorb('round', proof.slice(at.rounds + 64 * round, at.rounds + 64 * (round + 1)));
    r.push(transcript.scalar('round'));
    const c1 = value - 2n * c0 - c2;
    value = mod(c0 + r[round]! * (c1 + r[round]! * c2));
  }
  transcript.absorb('announcements', proof.slice(64, 9 * 64));
  const c = transcript.scalar('challenge');

  const s = r.slice(0, layout.inputVariables);
  const kappa = r.slice(layout.inputVariables);
  const low = Math.log2(w);
  const split = (point: readonly bigint[]): [bigint[], bigint[]] => [point.slice(0, point.length - low), point.slice(point.length - low)];
  const [sHigh, sLow] = split(s);
  const [betaHigh, betaLow] = split(beta);
  const xs = mod(xh.reduce((sum, x, i) => sum + x * eq(s, i), 0n));
  const sum = (terms: readonly (readonly [bigint, Point])[]): Point =>
    terms.reduce((total, [factor, point]) => (mod(factor) === 0n ? total : total.add(point.multiplyUnsafe(mod(factor)))), G1.ZERO);
  const rowPoints = points.slice(9);
  const combined = (rowCount: number, high: readonly bigint[], first: number): [bigint, Point][] =>
    Array.from({length: rank * rowCount}, (_, i) => [mod(eq(kappa, Math.floor(i / rowCount)) * eq(high, i % rowCount)), rowPoints[first + i]!]);
  const TA = sum(combined(layout.rowsA, sHigh, 0));
  const TB = sum(combined(layout.rowsB, betaHigh, rank * layout.rowsA));
  const [H, U] = [referenceGenerator(0), referenceGenerator(1)];
  const G = (offset: number, count: number): [bigint, Point][] => Array.from({length: count}, (_, l) => [scalar(offset, l), referenceGenerator(2 + l)]);
  const h = (i: number): bigint => scalar(at.blinders, i - 1);
  const inner = (offset: number, point: readonly bigint[]): bigint => mod(Array.from({length: w}, (_, l) => scalar(offset, l) * eq(point, l)).reduce((a, b) => a + b, 0n));
  const powers = [1n, ...r.flatMap((value2) => [value2, mod(value2 * value2)])];
  const zgq = mod(powers.reduce((total, power, i) => total + power * scalar(at.zg, i), 0n));
  const equations: [Point, Point][] = [
    [sum([...G(at.zA, w), [h(1), H]]), sum([[1n, DA], [c, TA]])],
    [sum([...G(at.zB, w), [h(2), H]]), sum([[1n, DB], [c, TB]])],
    [sum([[inner(at.zB, betaLow), U], [h(4), H]]), sum([[1n, EB], [c, VB]])],
    [sum([[inner(at.zA, sLow), VB], [h(5), H]]), sum([[1n, DW], [c, VW]])],
    [sum([...G(at.zg, powers.length), [h(3), H]]), sum([[1n, Dg], [c, M]])],
    [sum([[alpha * zgq, U], [h(6), H]]), sum([[1n, E4], [c * value, U], [-c * xs, VW]])],
  ];
  return equations.every(([left, right]) => left.equals(right));
}
