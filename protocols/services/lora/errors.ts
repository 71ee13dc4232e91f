export type LoraErrorCode =
  | 'fileTooLarge' | 'notJson' | 'wrongHeader' | 'wrongDtype' | 'wrongOffsets' | 'wrongShape' | 'notFinite' | 'unsupportedAdapter' | 'missingTensor'
  | 'unknownTensor' | 'wrongModule' | 'wrongPackage' | 'wrongFrame' | 'wrongMessage' | 'wrongVersion' | 'limitReached' | 'timeout' | 'closed'
  | 'refused' | 'commitmentChanged' | 'proofRefused';

/** What was wrong with an adapter, a package, a peer or a proof, and what was expected. */
export class LoraError extends Error {
  override readonly name = 'LoraError';
  readonly code: LoraErrorCode;

  constructor(code: LoraErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
