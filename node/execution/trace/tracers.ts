import {CallTracer} from './call-tracer.ts';
import type {TraceBudget} from './budget.ts';
import {FourByteTracer} from './four-byte-tracer.ts';
import {PrestateTracer} from './prestate-tracer.ts';
import {StructLogger} from './struct-logger.ts';
import type {Tracer, TracerSpec, TraceStart} from './types.ts';

export function createTracer(spec: TracerSpec, start: TraceStart, budget: TraceBudget): Tracer {
  switch (spec.kind) {
    case 'struct':
      return new StructLogger(spec, start.state, budget);
    case 'call':
      return new CallTracer(spec, start, budget);
    case 'prestate':
      return new PrestateTracer(spec, start, budget);
    case '4byte':
      return new FourByteTracer(start.isPrecompile, budget);
    case 'noop':
      return {enter: () => budget.tick(), turn: () => budget.check(), result: () => ({})};
  }
}
