/** Writes the main circom file of an architecture. The templates it includes are in protocols/circuits/. */
import type {Architecture, LayerShape} from './architecture.ts';
import {
  accumulatorBits, architectureTag, canonicalArchitecture, inputCount, isRequantised, outputCount, parameterBits,
} from './architecture.ts';

/**
 * Signals in the order of the public inputs on chain: `out`, `commitment`, `context`, `in`. Private: `salt`, and
 * `weight<L>[outputs][inputs]`, `bias<L>[outputs]` of every layer L.
 * The text is a function of the architecture only, so one set-up serves every model of that shape.
 */
export function emitCircuit(architecture: Architecture): string {
  const {layers} = architecture;
  const bits = accumulatorBits(architecture);
  const widths = parameterBits(architecture);
  const lines = [
    'pragma circom 2.1.6;',
    '',
    `// ${canonicalArchitecture(architecture)}`,
    'include "range.circom";',
    'include "quantised.circom";',
    'include "commitment.circom";',
    '',
    'template Model() {',
    `    signal output out[${outputCount(architecture)}];`,
    '    signal output commitment;',
    '    signal input context;',
    `    signal input in[${inputCount(architecture)}];`,
    '    signal input salt;',
    ...layers.flatMap((layer, l) => [
      `    signal input weight${l}[${layer.outputs}][${layer.inputs}];`,
      `    signal input bias${l}[${layer.outputs}];`,
    ]),
    '',
    '    // Binds the proof to one request and one prover: a public input that stands in no constraint could be changed.',
    '    signal contextSquare;',
    '    contextSquare <== context * context;',
    '',
    `    component inputRange[${inputCount(architecture)}];`,
    `    for (var i = 0; i < ${inputCount(architecture)}; i++) {`,
    `        inputRange[i] = SignedRange(${architecture.inputBits});`,
    '        inputRange[i].in <== in[i];',
    '    }',
  ];
  let source = 'in';
  for (const [l, layer] of layers.entries()) {
    lines.push('', ...emitLayer(l, layer, bits[l] as number, source));
    source = `result${l}`;
  }
  lines.push('', `    out <== ${source};`, '', `    component committed = Commitment(${architectureTag(architecture)}, ${widths.length}, [${widths.join(', ')}]);`, '    committed.salt <== salt;');
  let offset = 0;
  for (const [l, layer] of layers.entries()) {
    lines.push(
      `    for (var j = 0; j < ${layer.outputs}; j++) {`,
      `        for (var i = 0; i < ${layer.inputs}; i++) {`,
      `            committed.value[${offset} + j * ${layer.inputs} + i] <== weight${l}[j][i];`,
      '        }',
      `        committed.value[${offset + layer.outputs * layer.inputs} + j] <== bias${l}[j];`,
      '    }',
    );
    offset += layer.outputs * (layer.inputs + 1);
  }
  lines.push('    commitment <== committed.out;', '}', '', 'component main {public [context, in]} = Model();', '');
  return lines.join('\n');
}

function emitLayer(l: number, layer: LayerShape, bits: number, source: string): string[] {
  const lines = [
    `    component dense${l} = Dense(${layer.inputs}, ${layer.outputs});`,
    `    dense${l}.in <== ${source};`,
    `    dense${l}.weight <== weight${l};`,
    `    dense${l}.bias <== bias${l};`,
    `    signal result${l}[${layer.outputs}];`,
  ];
  if (!isRequantised(layer)) return [...lines, `    result${l} <== dense${l}.out;`];
  return [
    ...lines,
    `    component requantise${l}[${layer.outputs}];`,
    `    for (var j = 0; j < ${layer.outputs}; j++) {`,
    `        requantise${l}[j] = Requantise(${bits}, ${layer.shift}, ${layer.activation === 'relu' ? 1 : 0});`,
    `        requantise${l}[j].in <== dense${l}.out[j];`,
    `        result${l}[j] <== requantise${l}[j].out;`,
    '    }',
  ];
}
