/** A base model of English words and an adapter that makes it write Italian, trained here in seconds. */
import {createAdapter, createCharacterModel, languageLoss, trainAdapter, trainModel} from '../training/character-model.ts';
import type {CharacterModel} from '../training/character-model.ts';
import {seededRandom} from '../training/random.ts';
import {wordsOf} from '../training/words.ts';
import type {Adapter} from './peft.ts';

export interface DemoTraining {
  readonly seed: number;
  readonly epochs: number;
  readonly rank: number;
  readonly onProgress?: ((fraction: number, what: string) => void) | undefined;
}

export interface DemoAdapter {
  readonly model: CharacterModel;
  readonly adapter: Adapter;
  /** Mean cross entropy per letter of Italian words that training never saw, in nats: of the base model, and with the adapter. */
  readonly heldOutLoss: {readonly base: number; readonly adapted: number};
}

export function trainDemoAdapter({seed, epochs, rank, onProgress}: DemoTraining): DemoAdapter {
  const random = seededRandom(seed);
  const [english, italian] = [wordsOf('english', random), wordsOf('italian', random)];
  const model = createCharacterModel(random);
  trainModel(model, english.training, {epochs, learningRate: 0.003, random, onEpoch: (epoch) => onProgress?.(epoch / epochs, 'training the base model on English')});
  const adapter = createAdapter(model, model.layers.map(({name}) => name), rank, 2 * rank, random);
  trainAdapter(model, italian.training, adapter, {epochs, learningRate: 0.01, random, onEpoch: (epoch) => onProgress?.(epoch / epochs, 'training the adapter on Italian')});
  return {
    model,
    adapter: {
      baseModel: 'character-model',
      modules: model.layers.map(({name, inputs, outputs}) => {
        const {a, b, scaling} = adapter.get(name)!;
        return {name, inputs, outputs, rank, scaling, a: Float32Array.from(a), b: Float32Array.from(b)};
      }),
    },
    heldOutLoss: {base: languageLoss(model, italian.heldOut), adapted: languageLoss(model, italian.heldOut, adapter)},
  };
}
