import type {StreamMuxerFactory} from '@libp2p/interface';
import {yamux} from '@libp2p/yamux';
import {CONNECTION_UNSENT_MAX_BYTES, INBOUND_STREAMS_MAX, STREAM_WINDOW_MAX_BYTES} from './limits.ts';

/** What of a yamux muxer is wrapped; not part of the interface that libp2p declares. */
interface Sending {
  send(data: unknown): boolean;
}

/**
 * Yamux that does not throw when it writes to a connection that has just closed. It opens streams, and answers pings, from microtasks and
 * event listeners, where a throw is nobody's to catch and ends the process: a peer would only have to hang up at the right moment.
 * Nothing is lost by it: the close of the connection reaches every stream as its own event.
 *
 * And that bounds what waits for a connection: streams stop when it is full, but answers to pings do not, and a peer that reads nothing
 * could have them pile up.
 */
export function createMuxerFactory(): () => StreamMuxerFactory {
  const create = yamux({maxInboundStreams: INBOUND_STREAMS_MAX, maxOutboundStreams: INBOUND_STREAMS_MAX, streamOptions: {maxStreamWindowSize: STREAM_WINDOW_MAX_BYTES}});
  return () => {
    const factory = create();
    const createStreamMuxer = factory.createStreamMuxer.bind(factory);
    factory.createStreamMuxer = connection => {
      const muxer = createStreamMuxer(connection);
      const sending = muxer as unknown as Sending;
      const send = sending.send.bind(muxer);
      sending.send = (data: unknown): boolean => {
        try {
          const sent = send(data);
          if (connection.writeBufferLength > CONNECTION_UNSENT_MAX_BYTES) connection.abort(new Error('peer does not read'));
          return sent;
        } catch {
          return false;
        }
      };
      return muxer;
    };
    return factory;
  };
}
