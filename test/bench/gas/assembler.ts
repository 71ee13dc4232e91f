import {opcodeName} from '../../../node/execution/opcode-names.ts';

const OPCODES: ReadonlyMap<string, number> = new Map(Array.from({length: 256}, (_, opcode) => [opcodeName(opcode), opcode] as const));

/** Mnemonics, and numbers (0x…, decimal) that become the shortest PUSH; `times` repeats a text. */
export function assemble(text: string): Uint8Array {
  const code: number[] = [];
  for (const token of text.trim().split(/\s+/)) {
    if (token === '') continue;
    const opcode = OPCODES.get(token);
    if (opcode !== undefined) {
      code.push(opcode);
      continue;
    }
    if (!/^(0x[0-9a-fA-F]+|\d+)$/.test(token)) throw new Error(`"${token}" is neither an instruction nor a number`);
    const value = BigInt(token);
    if (value === 0n) {
      code.push(0x5f);
      continue;
    }
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    code.push(0x5f + bytes.length, ...bytes);
  }
  return Uint8Array.from(code);
}

export function times(count: number, text: string): string {
  return Array.from({length: count}, () => text).join(' ');
}

/** `body` again and again until the gas is gone, as often in a row as fits `bytes`. */
export function loop(prelude: string, body: string, bytes = 4_000): Uint8Array {
  const start = assemble(prelude);
  const once = assemble(body);
  const count = Math.max(1, Math.floor(bytes / once.length));
  const code = new Uint8Array(start.length + 1 + once.length * count + 4);
  code.set(start);
  let at = start.length;
  code[at++] = 0x5b;
  for (let i = 0; i < count; i++, at += once.length) code.set(once, at);
  code.set([0x61, start.length >> 8, start.length & 255, 0x56], at);
  return code;
}
