/** A setting, key file or genesis document that a node cannot start with. The message is written for the operator. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
