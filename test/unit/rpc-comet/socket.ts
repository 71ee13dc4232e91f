/** A WebSocket client that hands out answers by id, in order. */
import {WebSocket} from 'ws';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

export interface TestSocket {
  readonly webSocket: WebSocket;
  call(request: unknown): Promise<Json>;
  /** The next message with this id. */
  next(id: string | number | null): Promise<Json>;
  close(): void;
}

export async function openSocket(url: string, options: {readonly origin?: string} = {}): Promise<TestSocket> {
  const webSocket = new WebSocket(url, options);
  const heard = new Map<unknown, Json[]>();
  const waiting = new Map<unknown, ((message: Json) => void)[]>();
  webSocket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString());
    const id = Array.isArray(message) ? 'batch' : message.id;
    const next = waiting.get(id)?.shift();
    if (next === undefined) heard.set(id, [...(heard.get(id) ?? []), message]);
    else next(message);
  });
  await new Promise<void>((resolve, reject) => {
    webSocket.once('open', resolve);
    webSocket.once('error', reject);
  });
  const next = async (id: string | number | null): Promise<Json> => {
    const early = heard.get(id)?.shift();
    if (early !== undefined) return early;
    return new Promise((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]));
  };
  return {
    webSocket,
    next,
    call: async (request) => {
      const answer = next((request as Json).id ?? null);
      webSocket.send(JSON.stringify(request));
      return answer;
    },
    close: () => webSocket.terminate(),
  };
}
