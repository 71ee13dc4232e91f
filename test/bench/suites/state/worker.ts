/** One step of the bench in a process of its own, so that its memory is its own: `worker.ts load|measure PATH FROM TO`. */
import {loadState} from './load.ts';
import {measureState} from './measure.ts';

const [step, path, from, to] = process.argv.slice(2);
const result = step === 'load' ? await loadState(path!, Number(from), Number(to)) : await measureState(path!, Number(to));
process.send!(result ?? {});
process.disconnect();
