/** What went over one channel of one connection. */
export interface ChannelTraffic {
  readonly channel: string;
  sentMessages: number;
  sentBytes: number;
  receivedMessages: number;
  receivedBytes: number;
}

export function emptyTraffic(channel: string): ChannelTraffic {
  return {channel, sentMessages: 0, sentBytes: 0, receivedMessages: 0, receivedBytes: 0};
}
