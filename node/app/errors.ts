/** A reason for which a node cannot start, written for its operator. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Says which port of which server could not be taken. */
export function portError(error: unknown, server: string, host: string, port: number, setting: string): Error {
  const {message} = error as Error;
  // libp2p wraps the system's error and keeps its code in the text alone.
  const code = (error as NodeJS.ErrnoException).code ?? /\b(EADDRINUSE|EACCES)\b/.exec(message)?.[1];
  if (code === 'EADDRINUSE') return new StartError(`port ${port} (${server}, ${host}) is in use by another program: stop it, or choose another port with --${setting}`);
  if (code === 'EACCES') return new StartError(`port ${port} (${server}, ${host}) may not be opened by this user: choose another port with --${setting}`);
  return new StartError(`${server} cannot listen on ${host}:${port}: ${message}`);
}
