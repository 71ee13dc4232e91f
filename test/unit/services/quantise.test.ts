import {describe, expect, it} from '@jest/globals';
import {accumulatorBits, ArchitectureError, canonicalArchitecture, parseArchitecture} from '../../../protocols/services/model/architecture.ts';
import {infer, roundShift} from '../../../protocols/services/model/inference.ts';
import {quantise} from '../../../protocols/services/model/quantise.ts';
import {trainClassifier} from '../../../protocols/services/training/classifier.ts';
import {irisDataset} from '../../../protocols/services/training/dataset.ts';
import {evaluate} from '../../../protocols/services/training/network.ts';
import type {FloatNetwork} from '../../../protocols/services/training/network.ts';
import {normal, seededRandom} from '../../../protocols/services/training/random.ts';
import {randomModel, smallArchitecture} from './models.ts';

function randomNetwork(sizes: readonly number[], random: () => number): FloatNetwork {
  return {
    layers: sizes.slice(1).map((outputs, l) => ({
      weights: Array.from({length: outputs}, () => Array.from({length: sizes[l] as number}, () => normal(random))),
      biases: Array.from({length: outputs}, () => normal(random)),
    })),
  };
}

describe('quantisation', () => {
  it('stays within the bound it states, on random networks and inputs of the whole range', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 60; round++) {
      const network = randomNetwork([3, 5, 4, 2], random);
      const {model, outputScale, errorBound} = quantise(network, {inputBits: 8, inputBounds: [127, 127, 127], weightBits: 8, biasBits: 32, shift: 3});
      for (let k = 0; k < 20; k++) {
        const input = Array.from({length: 3}, () => Math.floor(random() * 255) - 127);
        const exact = evaluate(network, input);
        const integers = infer(model, input.map(BigInt));
        const error = Math.max(...exact.map((value, j) => Math.abs(Number(integers[j]) / outputScale - value)));
        expect(error).toBeLessThanOrEqual(errorBound);
      }
    }
  });

  it('is finer with more bits', () => {
    const network = randomNetwork([3, 5, 2], seededRandom(2));
    const bound = (weightBits: number): number => quantise(network, {inputBits: 8, inputBounds: [100, 100, 100], weightBits, biasBits: 32, shift: 2}).errorBound;
    expect(bound(12)).toBeLessThan(bound(8) / 8);
    expect(bound(8)).toBeLessThan(bound(4) / 8);
  });

  it('refuses a bias that does not fit', () => {
    const network: FloatNetwork = {layers: [{weights: [[0.001]], biases: [1000]}]};
    expect(() => quantise(network, {inputBits: 8, inputBounds: [1], weightBits: 8, biasBits: 16, shift: 0})).toThrow('bias does not fit');
  });

  it('rounds half up, for negative numbers too', () => {
    expect([-3n, -2n, -1n, 0n, 1n, 2n, 3n, 5n, 6n].map((value) => roundShift(value, 2))).toEqual([-1n, 0n, 0n, 0n, 0n, 1n, 1n, 1n, 2n]);
    expect(roundShift(-7n, 0)).toBe(-7n);
  });
});

describe('the architecture', () => {
  it('bounds accumulators so that no input and no weights in range can exceed them', () => {
    const random = seededRandom(3);
    const bits = accumulatorBits(smallArchitecture);
    for (let round = 0; round < 200; round++) {
      const model = randomModel(smallArchitecture, random);
      let values: bigint[] = Array.from({length: 3}, () => (random() < 0.5 ? -32n : 31n));
      for (const [l, {weights, biases}] of model.layers.entries()) {
        const layer = smallArchitecture.layers[l] as (typeof smallArchitecture.layers)[number];
        const half = layer.shift > 0 ? 1n << BigInt(layer.shift - 1) : 0n;
        const sums = weights.map((row, j) => row.reduce((sum, weight, i) => sum + weight * (values[i] as bigint), biases[j] as bigint));
        for (const sum of sums) expect((sum + half < 0n ? -sum - half : sum + half) < 1n << BigInt(bits[l] as number)).toBe(true);
        values = sums.map((sum) => roundShift(sum, layer.shift)).map((value) => (layer.activation === 'relu' && value < 0n ? 0n : value));
      }
    }
  });

  it('has one canonical text, and no shape outside its limits', () => {
    expect(canonicalArchitecture(smallArchitecture)).toBe('qanat-mlp-1/x6/3>4:w5:b9:s3:relu/4>3:w4:b8:s2:none/3>2:w6:b10:s0:none');
    const layer = {inputs: 2, outputs: 2, weightBits: 8, biasBits: 8, shift: 0, activation: 'none'};
    const of = (changes: object, layerChanges: object = {}) => () => parseArchitecture({format: 'qanat-mlp-1', inputBits: 8, layers: [{...layer, ...layerChanges}], ...changes});
    expect(of({})).not.toThrow();
    for (const wrong of [
      of({format: 'other'}), of({inputBits: 1}), of({inputBits: 33}), of({layers: []}), of({layers: 'x'}), of({layers: [null]}),
      of({layers: new Array(9).fill(layer)}), of({layers: [layer, {...layer, inputs: 3}]}),
      of({}, {inputs: 0}), of({}, {outputs: 65}), of({}, {weightBits: 1.5}), of({}, {biasBits: '8'}), of({}, {shift: -1}),
      of({}, {activation: 'sigmoid'}), of({inputBits: 32}, {weightBits: 32, shift: 121}),
      () => parseArchitecture({format: 'qanat-mlp-1', inputBits: 32, layers: new Array(4).fill({...layer, weightBits: 32})}),
      () => parseArchitecture(undefined),
    ]) expect(wrong).toThrow(ArchitectureError);
  });
});

describe('training', () => {
  it('reaches a useful accuracy on flowers it has not seen, also as integers, and repeats exactly', () => {
    const train = () => trainClassifier(irisDataset(), {hidden: [6], seed: 7259, epochs: 120, testFraction: 0.2, quantise: {weightBits: 8, biasBits: 18, shift: 4}});
    const classifier = train();
    expect(classifier.trainCount).toBe(120);
    expect(classifier.heldOut).toHaveLength(30);
    expect(classifier.accuracy.float).toBeGreaterThanOrEqual(0.9);
    expect(classifier.accuracy.integer).toBeGreaterThanOrEqual(0.9);
    expect(classifier.measuredError).toBeLessThanOrEqual(classifier.quantisation.errorBound);
    expect(train().quantisation.model).toEqual(classifier.quantisation.model);
  });
});
