import {readdirSync, readFileSync} from 'node:fs';
import {join, posix, relative, sep} from 'node:path';
import ts from 'typescript';

export const ROOT = join(import.meta.dirname, '../../..');

/** What is installed, built or kept between runs: not part of the house. */
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git', '.cache', '.devnet']);

/** Every file of the repository, as a path from its root with forward slashes, in order. */
export function allFiles(): string[] {
  const files: string[] = [];
  const walk = (directory: string): void => {
    for (const entry of readdirSync(directory, {withFileTypes: true})) {
      if (NOT_OURS.has(entry.name)) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) files.push(relative(ROOT, path).split(sep).join(posix.sep));
    }
  };
  walk(ROOT);
  return files.sort();
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Folders whose code is built and shipped. */
const PRODUCTION = /^(proto|consensus|precompiles|protocols|node|devnet)\/|^qanat\.ts$/;

export function productionSources(): string[] {
  return allFiles().filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && PRODUCTION.test(path));
}

export function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, read(path), ts.ScriptTarget.ES2022, true);
}

/** Every node of a syntax tree. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

/** What a source names in import and export declarations, `import()` and `require`. */
export function importsOf(path: string): string[] {
  return ts.preProcessFile(read(path), true, true).importedFiles.map(({fileName}) => fileName);
}
