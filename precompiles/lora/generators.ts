import {createHash} from 'node:crypto';
import {LORA_WIDTH_MAX} from '../codec/index.ts';
import {AFFINE, arithmetic} from './arithmetic.ts';
import {fillTables, TABLE_BYTES} from './multi-scalar.ts';

/** H and U come before the generators of a row. */
const LEADING = 2;
const DOMAIN = 'qanat/lora/1/generator/';

/** Generators with unknown relations, by index: H (blinding), U (values), G_0, G_1, … (entries of a row). */
export interface Generators {
  /** Address of the table of H. */
  readonly blinding: number;
  readonly value: number;
  /** Address of the table of G_l. */
  entry(index: number): number;
  /** Address of G_l itself. */
  point(index: number): number;
}

const bytes: Uint8Array[] = [];
let tables = 0;
let ready = 0;

/**
 * The generators for rows of `width` entries, kept with their tables for the life of the process. Generator i is the first
 * point over c = 0, 1, … with x = SHA-256(DOMAIN i "/" c), two top bits cleared, and y even: nobody knows a discrete logarithm
 * between two of them. Called where no memory is taken yet.
 */
export function generators(width: number): Generators {
  if (width > LORA_WIDTH_MAX) throw new Error(`rows of ${width} entries, at most ${LORA_WIDTH_MAX}`);
  const curve = arithmetic();
  if (tables === 0) tables = reserve();
  const count = width + LEADING;
  if (ready < count) {
    curve.scoped(() => {
      const points = curve.allocate((count - ready) * AFFINE);
      for (let i = ready; i < count; i++) derive(points + (i - ready) * AFFINE, i);
      fillTables(curve, tables + ready * TABLE_BYTES, points, count - ready);
    });
    ready = count;
  }
  const at = (index: number): number => tables + index * TABLE_BYTES;
  return {
    blinding: at(0), value: at(1), entry: (index) => at(index + LEADING),
    point: (index) => at(index + LEADING),
  };
}

/** The 64 bytes of generator i; 0 is H, 1 is U, 2 is G_0. */
export function generatorBytes(index: number): Uint8Array {
  if (index >= ready) generators(index);
  return bytes[index]!;
}

function derive(pointer: number, index: number): void {
  const curve = arithmetic();
  for (let attempt = 0; ; attempt++) {
    const x = createHash('sha256').update(`${DOMAIN}${index}/${attempt}`).digest();
    x[0] = x[0]! & 0x3f;
    if (!curve.readPointOfX(pointer, x)) continue;
    const encoded = new Uint8Array(64);
    curve.writePoint(encoded, 0, pointer);
    bytes[index] = encoded;
    return;
  }
}

/** Memory for all tables that there can be, below whatever is taken for a while. Untouched pages cost nothing. */
function reserve(): number {
  const curve = arithmetic();
  if (!curve.isIdle) throw new Error('the generators are first asked for inside of a computation');
  return curve.allocate((LORA_WIDTH_MAX + LEADING) * TABLE_BYTES);
}
