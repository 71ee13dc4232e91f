/** The scripts of execution-apis: `>>` a request, `<<` the response that is due, `//` remarks, of which `speconly` is one. */

export interface Exchange {
  readonly request: string;
  readonly response: string;
}

export interface IoFile {
  readonly exchanges: readonly Exchange[];
  /** The values in the responses are another client's: only their shape is specified. */
  readonly isSpecOnly: boolean;
}

/** Throws an Error that names the line. */
export function parseIoFile(content: string): IoFile {
  const exchanges: Exchange[] = [];
  let isSpecOnly = false;
  let request: string | undefined;
  for (const [index, raw] of content.split('\n').entries()) {
    const line = raw.trim();
    if (line.startsWith('//')) {
      isSpecOnly ||= /^\/\/\s*speconly\b/.test(line);
    } else if (line.startsWith('>>')) {
      if (request !== undefined) throw new Error(`line ${index + 1}: a request before the last one was answered`);
      request = line.slice(2).trim();
    } else if (line.startsWith('<<')) {
      if (request === undefined) throw new Error(`line ${index + 1}: a response without a request`);
      exchanges.push({request, response: line.slice(2).trim()});
      request = undefined;
    } else if (line !== '') {
      throw new Error(`line ${index + 1}: neither a request (>>) nor a response (<<) nor a remark (//)`);
    }
  }
  if (request !== undefined) throw new Error('the last request has no response');
  if (exchanges.length === 0) throw new Error('there is no request in it');
  return {exchanges, isSpecOnly};
}
