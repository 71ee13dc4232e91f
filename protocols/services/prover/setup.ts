/**
 * Groth16 set-up by one party, FOR DEVELOPMENT ONLY. The process that runs it draws the secrets itself and could, if it
 * kept them, forge proofs for this circuit. A network with value needs a ceremony of many parties; its .zkey takes the
 * place of this one in the same folder and format.
 *
 * With tau known, every point of the key is one multiplication of a generator, which is far cheaper than combining
 * powers of tau: J. Groth, "On the Size of Pairing-based Non-interactive Arguments", 2016, section 3.2. The QAP and the
 * H points are those of snarkjs (zkey_new): one more row per public signal, and H in the Lagrange basis of the odd
 * 2n-th roots of unity.
 */
import mcl from 'mcl-wasm';
import type {G1, G2} from 'mcl-wasm';
import {SCALAR_FIELD_MODULUS as R} from '#precompiles/codec';
import type {SnarkjsG1, SnarkjsG2, SnarkjsVerificationKey} from '#precompiles/codec';
import {inverse, inverses, littleEndian, modulo, power, randomScalar, rootOfUnity} from './field.ts';
import type {R1cs} from './r1cs.ts';
import {encodeZkey} from './zkey.ts';
import type {AffineG1, AffineG2, Coefficient} from './zkey.ts';

/** Part of the work done, 0 … 1, and what is being done. */
export type OnProgress = (fraction: number, what: string) => void;

/** The secrets of a set-up ("toxic waste"), each in 1 … r - 1. */
export type SetupSecrets = {
  readonly tau: bigint;
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly gamma: bigint;
  readonly delta: bigint;
};

export type SetupResult = {
  /** snarkjs .zkey file, version 1, Groth16. */
  readonly zkey: Uint8Array;
  readonly verificationKey: SnarkjsVerificationKey;
  readonly constraintCount: number;
  readonly domainSize: number;
};

/** snarkjs's generator of G2 (EIP-197), in mcl's text form: 1, x (real, imaginary), y (real, imaginary). */
const G2_GENERATOR = [
  '1',
  '10857046999023057135944570762232829481370756359578518086990519993285655852781',
  '11559732032986387107991004021392285783925812861821192530917403151452391805634',
  '8495653923123431417604973247489272438418190587263600148770280649306958101930',
  '4082367875863433681332203403145435568316851327593401208105741076214120093531',
].join(' ');

/** Points multiplied between two looks at the event loop. */
const POINTS_PER_TURN = 128;

export function drawSecrets(domainSize: number): SetupSecrets {
  for (;;) {
    const [tau, alpha, beta, gamma, delta] = Array.from({length: 5}, randomScalar) as [bigint, bigint, bigint, bigint, bigint];
    // tau among the 2n-th roots of unity would make a Lagrange denominator zero; gamma = delta makes proofs forgeable.
    if (power(tau, BigInt(2 * domainSize)) !== 1n && gamma !== delta) return {tau, alpha, beta, gamma, delta};
  }
}

/** Smallest power of two above constraints + public signals, the size snarkjs takes. */
export function domainLog({constraints, publicCount}: R1cs): number {
  return 32 - Math.clz32(constraints.length + publicCount);
}

/**
 * At x the Lagrange polynomials of the n = 2^log points p = offset · root^i:
 * L_p(x) = (x^n - offset^n) · p / (n · offset^n · (x - p)).
 */
function lagrangeAt(x: bigint, log: number, offset: bigint): bigint[] {
  const size = 1 << log;
  const root = rootOfUnity(log);
  const points: bigint[] = [];
  for (let index = 0, point = offset; index < size; index++, point = (point * root) % R) points.push(point);
  const offsetToN = power(offset, BigInt(size));
  const vanishing = modulo(power(x, BigInt(size)) - offsetToN);
  const scale = (vanishing * inverse(BigInt(size) * offsetToN)) % R;
  const denominators = inverses(points.map((point) => modulo(x - point)));
  return points.map((point, index) => (((scale * point) % R) * (denominators[index] as bigint)) % R);
}

/**
 * Makes a proving and a verification key for a circuit.
 * @param secrets drawn here when absent; given only by tests.
 */
export async function developmentSetup(r1cs: R1cs, onProgress: OnProgress = () => {}, secrets?: SetupSecrets): Promise<SetupResult> {
  const log = domainLog(r1cs);
  const domainSize = 1 << log;
  const {tau, alpha, beta, gamma, delta} = secrets ?? drawSecrets(domainSize);
  const {wireCount, publicCount, constraints} = r1cs;

  onProgress(0, 'evaluating the constraints');
  const lagrange = lagrangeAt(tau, log, 1n);
  const a = new Array<bigint>(wireCount).fill(0n);
  const b = new Array<bigint>(wireCount).fill(0n);
  const c = new Array<bigint>(wireCount).fill(0n);
  const coefficients: Coefficient[] = [];
  for (const [row, [rowA, rowB, rowC]] of constraints.entries()) {
    const weight = lagrange[row] as bigint;
    for (const [wire, value] of rowA) {
      a[wire] = ((a[wire] as bigint) + value * weight) % R;
      coefficients.push({matrix: 0, row, wire, value});
    }
    for (const [wire, value] of rowB) {
      b[wire] = ((b[wire] as bigint) + value * weight) % R;
      coefficients.push({matrix: 1, row, wire, value});
    }
    for (const [wire, value] of rowC) c[wire] = ((c[wire] as bigint) + value * weight) % R;
  }
  // A row for each public signal keeps their polynomials independent, so that no proof fits two statements.
  for (let wire = 0; wire <= publicCount; wire++) {
    const row = constraints.length + wire;
    a[wire] = ((a[wire] as bigint) + (lagrange[row] as bigint)) % R;
    coefficients.push({matrix: 0, row, wire, value: 1n});
  }

  const combined = a.map((value, wire) => (beta * value + alpha * (b[wire] as bigint) + (c[wire] as bigint)) % R);
  const gammaInverse = inverse(gamma);
  const deltaInverse = inverse(delta);
  const ic = combined.slice(0, publicCount + 1).map((value) => (value * gammaInverse) % R);
  const privateC = combined.slice(publicCount + 1).map((value) => (value * deltaInverse) % R);
  // H(tau) Z(tau) / delta, with A·B - C given by its values at the odd 2n-th roots: it vanishes at the even ones, so of
  // the 2n Lagrange polynomials only the odd ones matter. L_odd(tau) = coset Lagrange · (tau^n - 1) / (-2).
  const vanishing = (modulo(power(tau, BigInt(domainSize)) - 1n) * inverse(R - 2n)) % R;
  const h = lagrangeAt(tau, log, rootOfUnity(log + 1)).map((value) => (((value * vanishing) % R) * deltaInverse) % R);

  const points = await PointFactory.create((fraction) => onProgress(fraction, 'computing the points of the proving key'));
  const work = 2 * a.length + 2 * b.length + ic.length + privateC.length + h.length;
  points.expect(work);
  const pointsIc = await points.g1(ic);
  const header = {
    publicCount, wireCount, domainSize,
    alpha1: points.one1(alpha), beta1: points.one1(beta), delta1: points.one1(delta),
    beta2: points.one2(beta), gamma2: points.one2(gamma), delta2: points.one2(delta),
  };
  const zkey = encodeZkey({
    ...header, coefficients,
    ic: pointsIc,
    a: await points.g1(a),
    b1: await points.g1(b),
    b2: await points.g2(b),
    c: await points.g1(privateC),
    h: await points.g1(h),
  });
  onProgress(1, 'set-up done');
  return {
    zkey,
    verificationKey: {
      protocol: 'groth16', curve: 'bn128', nPublic: publicCount,
      vk_alpha_1: g1Json(header.alpha1), vk_beta_2: g2Json(header.beta2), vk_gamma_2: g2Json(header.gamma2),
      vk_delta_2: g2Json(header.delta2), IC: pointsIc.map(g1Json),
    },
    constraintCount: constraints.length,
    domainSize,
  };
}

function g1Json(point: AffineG1): SnarkjsG1 {
  if (!point) throw new Error('a point of the verification key is at infinity: a public signal stands in no constraint');
  return [String(point[0]), String(point[1]), '1'];
}

function g2Json(point: AffineG2): SnarkjsG2 {
  if (!point) throw new Error('a point of the verification key is at infinity');
  return [[String(point[0]), String(point[1])], [String(point[2]), String(point[3])], ['1', '0']];
}

/** Multiplies the generators and returns affine coordinates. */
class PointFactory {
  private readonly generator1: G1;
  private readonly generator2: G2;
  private readonly onProgress: (fraction: number) => void;
  private done = 0;
  private total = 1;

  private constructor(onProgress: (fraction: number) => void) {
    this.onProgress = onProgress;
    this.generator1 = new mcl.G1();
    this.generator1.setStr('1 1 2', 10);
    this.generator2 = new mcl.G2();
    this.generator2.setStr(G2_GENERATOR, 10);
  }

  static async create(onProgress: (fraction: number) => void): Promise<PointFactory> {
    await mcl.init(mcl.BN_SNARK1);
    return new PointFactory(onProgress);
  }

  expect(total: number): void {
    this.total = total;
  }

  one1(scalar: bigint): AffineG1 {
    if (scalar === 0n) return undefined;
    const point = mcl.mul(this.generator1, toFr(scalar));
    const [x, y] = coordinates(point);
    return [x as bigint, y as bigint];
  }

  one2(scalar: bigint): AffineG2 {
    if (scalar === 0n) return undefined;
    const point = mcl.mul(this.generator2, toFr(scalar));
    const [x0, x1, y0, y1] = coordinates(point);
    return [x0 as bigint, x1 as bigint, y0 as bigint, y1 as bigint];
  }

  async g1(scalars: readonly bigint[]): Promise<AffineG1[]> {
    return this.many(scalars, (scalar) => this.one1(scalar));
  }

  async g2(scalars: readonly bigint[]): Promise<AffineG2[]> {
    return this.many(scalars, (scalar) => this.one2(scalar));
  }

  private async many<T>(scalars: readonly bigint[], one: (scalar: bigint) => T): Promise<T[]> {
    const result: T[] = [];
    for (const scalar of scalars) {
      result.push(one(scalar));
      if (++this.done % POINTS_PER_TURN === 0) {
        this.onProgress(Math.min(this.done / this.total, 1));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return result;
  }
}

function toFr(scalar: bigint): InstanceType<typeof mcl.Fr> {
  const element = new mcl.Fr();
  element.setLittleEndian(littleEndian(scalar, 32));
  return element;
}

/** Affine coordinates from mcl's text form `1 x y`, or `1 x0 x1 y0 y1` in G2. */
function coordinates(point: G1 | G2): bigint[] {
  const [kind, ...values] = point.getStr(10).split(' ');
  if (kind !== '1') throw new Error('unexpected point at infinity');
  return values.map(BigInt);
}
