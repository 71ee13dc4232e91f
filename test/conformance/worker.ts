/** `worker.ts SUITE DIR`, started by `processes.ts`: answers each path below DIR that it is sent with that file's report. */
import {runFile} from './runner.ts';
import {SUITES} from './suites.ts';

const [name, folder] = process.argv.slice(2);
const suite = await SUITES.get(name!)!.load(folder!);

process.on('message', (path: string) => {
  void runFile(suite, folder!, path).then((report) => process.send!(report));
});
