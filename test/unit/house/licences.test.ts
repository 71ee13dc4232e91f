/** What a node is built from may be redistributed under our licence. */
import {describe, expect, it} from '@jest/globals';
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {ROOT} from './tree.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly licenses?: unknown;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const PERMISSIVE = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'Unlicense',
  'CC0-1.0',
  'BlueOak-1.0.0',
  'Python-2.0',
]);

/** File by file copyleft: free to link, and we change none of its files. */
const FILE_COPYLEFT: Readonly<Record<string, RegExp>> = {'MPL-2.0': /^@ethereumjs\//};

function manifestAt(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
}

/** Node's own search: node_modules of the folder, then of each folder above it. */
function find(name: string, from: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (directory === dirname(directory)) return undefined;
  }
}

/** Production packages by folder. What is optional of a package of ours is left out: it stays with provers. */
function productionPackages(): Map<string, Manifest> {
  const packages = new Map<string, Manifest>();
  const visit = (name: string, from: string, isOptional: boolean): void => {
    const directory = find(name, from);
    if (directory === undefined) {
      if (!isOptional) throw new Error(`${name}, which ${from} needs, is not installed`);
      return;
    }
    if (packages.has(directory)) return;
    const manifest = manifestAt(directory);
    packages.set(directory, manifest);
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      visit(dependency, directory, dependency in (manifest.optionalDependencies ?? {}));
    }
    for (const dependency of Object.keys(manifest.optionalDependencies ?? {})) visit(dependency, directory, true);
  };
  const {dependencies} = manifestAt(ROOT);
  for (const name of Object.keys(dependencies ?? {})) visit(name, ROOT, false);
  return packages;
}

function expressionOf({license, licenses}: Manifest): string {
  if (typeof license === 'string') return license;
  const entries = Array.isArray(licenses) ? licenses : [license];
  return entries.map((entry) => (entry as {type?: string} | undefined)?.type ?? 'none').join(' OR ');
}

/** An SPDX expression without nested brackets: any of the OR parts, all of the AND parts. */
function isAllowed(expression: string, name: string): boolean {
  return expression
    .replace(/[()]/g, '')
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((id) => PERMISSIVE.has(id) || FILE_COPYLEFT[id]?.test(name) === true));
}

describe('licences', () => {
  it('of all production packages are permissive', () => {
    const packages = productionPackages();
    expect(packages.size).toBeGreaterThan(30);
    const refused = [...packages.values()]
      .map((manifest) => ({name: `${manifest.name}@${manifest.version}`, licence: expressionOf(manifest), manifest}))
      .filter(({licence, manifest}) => !isAllowed(licence, manifest.name))
      .map(({name, licence}) => `${name}: ${licence}`);
    expect(refused).toEqual([]);
  });

  it('are told apart', () => {
    expect(isAllowed('(MIT OR GPL-3.0)', 'x')).toBe(true);
    expect(isAllowed('MIT AND GPL-3.0', 'x')).toBe(false);
    expect(isAllowed('GPL-3.0', 'snarkjs')).toBe(false);
    expect(isAllowed('MPL-2.0', '@ethereumjs/evm')).toBe(true);
    expect(isAllowed('MPL-2.0', 'x')).toBe(false);
    expect(isAllowed(expressionOf({name: 'x', version: '1', licenses: [{type: 'MIT'}]}), 'x')).toBe(true);
  });
});
