/** What services log to. Fields are for machines, the message for people. */
export type Logger = {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
};

export const silentLogger: Logger = {info: () => {}, warn: () => {}, error: () => {}};
