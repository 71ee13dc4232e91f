import type {EngineObserver, Logger} from '../ports.ts';

/** Observers must not throw. Should one do so, consensus goes on. */
export function guardObserver(observer: EngineObserver, logger: Logger): EngineObserver {
  const guard =
    <E>(name: string, fn: (event: E) => void) =>
    (event: E): void => {
      try {
        fn(event);
      } catch (error) {
        logger.error({err: error, observer: name}, 'an observer of consensus threw');
      }
    };
  return {
    step: guard('step', (event) => observer.step(event)),
    committed: guard('committed', (event) => observer.committed(event)),
    halted: guard('halted', (event) => observer.halted(event)),
    consensus: guard('consensus', (event) => observer.consensus?.(event)),
    phase: guard('phase', (event) => observer.phase?.(event)),
    signerRefused: guard('signerRefused', (error) => observer.signerRefused?.(error)),
    ownEquivocation: guard('ownEquivocation', (event) => observer.ownEquivocation?.(event)),
  };
}
