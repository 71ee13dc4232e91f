/**
 * Groth16 proofs without a circuit, for tests of what happens around a proof. The simulator of the zero-knowledge proof:
 * whoever knows the key's trapdoor can make a proof of any public inputs, and to a verifier it is a proof like any other.
 * Source: Groth 2016, section 3.2, "Sim".
 */
import {bn254} from '@noble/curves/bn254.js';
import {keccak256, stringToBytes} from 'viem';

type Hex = `0x${string}`;

const {G1, G2, fields} = bn254;
const {Fr} = fields;

export class Groth16Simulator {
  readonly #alpha: bigint;
  readonly #beta: bigint;
  readonly #gamma: bigint;
  readonly #delta: bigint;
  readonly #inputScalars: readonly bigint[];
  #proofs = 0;

  /** @param seed the same seed gives the same key */
  constructor(publicInputCount: number, seed: string) {
    const scalar = (name: string) => Fr.create(BigInt(keccak256(stringToBytes(`${seed}/${name}`))));
    this.#alpha = scalar('alpha');
    this.#beta = scalar('beta');
    this.#gamma = scalar('gamma');
    this.#delta = scalar('delta');
    this.#inputScalars = Array.from({length: publicInputCount + 1}, (_, index) => scalar(`ic/${index}`));
  }

  /** Canonical bytes, see IGroth16. */
  get verificationKey(): Hex {
    return `0x${[
      g1(this.#alpha),
      g2(this.#beta),
      g2(this.#gamma),
      g2(this.#delta),
      ...this.#inputScalars.map((scalar) => g1(scalar)),
    ].join('')}`;
  }

  get keyHash(): Hex {
    return keccak256(this.verificationKey);
  }

  /** A fresh proof of these public inputs, 256 bytes. */
  prove(publicInputs: readonly bigint[]): Hex {
    if (publicInputs.length + 1 !== this.#inputScalars.length) throw new Error('wrong number of public inputs');
    const [constant = 0n, ...scalars] = this.#inputScalars;
    const statement = scalars.reduce(
      (sum, scalar, index) => Fr.add(sum, Fr.mul(scalar, Fr.create(publicInputs[index] ?? 0n))),
      constant,
    );
    this.#proofs += 1;
    const a = Fr.create(BigInt(keccak256(stringToBytes(`a/${this.#proofs}`))));
    const b = 7n;
    // e(A, B) = e(alpha, beta) · e(statement, gamma) · e(C, delta), solved for C in the exponent.
    const c = Fr.div(
      Fr.sub(Fr.sub(Fr.mul(a, b), Fr.mul(this.#alpha, this.#beta)), Fr.mul(statement, this.#gamma)),
      this.#delta,
    );
    return `0x${g1(a)}${g2(b)}${g1(c)}`;
  }
}

function g1(scalar: bigint): string {
  const {x, y} = G1.Point.BASE.multiply(scalar).toAffine();
  return word(x) + word(y);
}

function g2(scalar: bigint): string {
  const {x, y} = G2.Point.BASE.multiply(scalar).toAffine();
  return word(x.c1) + word(x.c0) + word(y.c1) + word(y.c0);
}

function word(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}
