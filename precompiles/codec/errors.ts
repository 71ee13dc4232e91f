/** Why a value has no canonical encoding. */
export type CodecErrorCode =
  | 'notAnObject'
  | 'wrongProtocol'
  | 'wrongCurve'
  | 'notADecimalString'
  | 'outOfRange'
  | 'wrongShape'
  | 'notAffine'
  | 'infinity'
  | 'wrongCount'
  | 'tooManyPublicInputs'
  | 'wrongLength';

/** `path` names the offending part in the manner of the input: `vk_beta_2[0][1]`. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
  readonly code: CodecErrorCode;
  readonly path: string;

  constructor(code: CodecErrorCode, path: string, detail: string) {
    super(`${path}: ${detail}`);
    this.code = code;
    this.path = path;
  }
}
