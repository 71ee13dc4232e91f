import {createCharacterModel} from '../../../protocols/services/training/character-model.ts';
import type {CharacterModel} from '../../../protocols/services/training/character-model.ts';
import {seededRandom} from '../../../protocols/services/training/random.ts';
import type {Adapter} from '../../../protocols/services/lora/peft.ts';

/** A small model and an adapter of all of its layers, neither trained. */
export function randomAdapter(seed: string): {model: CharacterModel; adapter: Adapter} {
  const random = seededRandom([...seed].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) >>> 0);
  const model = createCharacterModel(random, {context: 4, embedding: 4, hidden: 12});
  const values = (count: number): Float32Array => Float32Array.from({length: count}, () => random() - 0.5);
  const modules = model.layers.map(({name, inputs, outputs}) => ({name, inputs, outputs, rank: 2, scaling: 2, a: values(2 * inputs), b: values(2 * outputs)}));
  return {model, adapter: {baseModel: 'character-model', modules: modules.sort((x, y) => (x.name < y.name ? -1 : 1))}};
}
