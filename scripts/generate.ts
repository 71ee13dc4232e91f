/**
 * Writes every generated file of the repository: protobuf codecs, contract ABIs and bytecode.
 * `npm run generate`; a house test fails when a committed file differs from what this makes.
 */
import {mkdir, readdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const generators = (await readdir(join(root, 'scripts', 'generate'))).filter((name) => name.endsWith('.ts')).sort();
for (const name of generators) {
  const module = (await import(`./generate/${name}`)) as {generate(): Promise<Map<string, string>>};
  const files = await module.generate();
  for (const [path, content] of files) {
    await mkdir(dirname(join(root, path)), {recursive: true});
    await writeFile(join(root, path), content);
  }
  console.log(`${name}: ${files.size} files`);
}
