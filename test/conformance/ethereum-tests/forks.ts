/** The names that ethereum/tests give to forks. */
import type {Hardfork} from '#node/execution';

/** In order; a range such as `>=Cancun` reaches to the last. */
const FORKS: readonly (readonly [Hardfork, ...string[]])[] = [
  ['chainstart', 'Frontier'],
  ['homestead', 'Homestead'],
  ['tangerineWhistle', 'EIP150', 'TangerineWhistle'],
  ['spuriousDragon', 'EIP158', 'SpuriousDragon'],
  ['byzantium', 'Byzantium'],
  ['constantinople', 'Constantinople'],
  ['petersburg', 'ConstantinopleFix', 'Petersburg'],
  ['istanbul', 'Istanbul'],
  ['muirGlacier', 'MuirGlacier'],
  ['berlin', 'Berlin'],
  ['london', 'London'],
  ['arrowGlacier', 'ArrowGlacier'],
  ['grayGlacier', 'GrayGlacier'],
  ['paris', 'Paris', 'Merge'],
  ['shanghai', 'Shanghai'],
  ['cancun', 'Cancun'],
  ['prague', 'Prague'],
  ['osaka', 'Osaka'],
  ['bpo1', 'BPO1'],
  ['bpo2', 'BPO2'],
];

/** The forks that a name (`London`) or a range (`>=Berlin`, `<Cancun`, `Cancun+`) stands for; empty when it is not known. */
export function forksOf(name: string): readonly Hardfork[] {
  const [, comparison = '', fork = '', plus = ''] = /^(>=|<=|>|<)?\s*(\w+)(\+)?$/.exec(name) ?? [];
  const at = FORKS.findIndex(([, ...names]) => names.includes(fork));
  if (at === -1) return [];
  const hardforks = FORKS.map(([hardfork]) => hardfork);
  if (comparison === '>=' || plus === '+') return hardforks.slice(at);
  if (comparison === '>') return hardforks.slice(at + 1);
  if (comparison === '<=') return hardforks.slice(0, at + 1);
  if (comparison === '<') return hardforks.slice(0, at);
  return [hardforks[at]!];
}
