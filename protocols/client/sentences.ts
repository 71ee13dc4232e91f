/** A sentence for each error of the system contracts; {0} is the error's first value. */
const SENTENCES: Readonly<Record<string, string>> = {
  // AssetRegistry
  UnknownAsset: 'There is no asset {0}.',
  NotCreator: 'Only the creator of asset {0} may do this, and {1} is not.',
  AssetNotActive: 'Asset {0} is not active.',
  CreatorMustRegister: 'The terms name {0} as the creator, who must send them; {1} did.',
  TermsExpired: 'The terms could be registered until second {0}; it is second {1}.',
  TermsAlreadyRegistered: 'These terms are already registered, as asset {1}. Use another salt for another asset.',
  UnsupportedKind: 'Assets of kind {0} cannot be registered yet.',
  UnsupportedLicenseMenu: 'The licence menu {0} offers a kind that is not for sale yet; only full access is.',
  InvalidContentId: 'The content id is not a binary CIDv1 of 5 to 96 bytes.',
  EmptyContent: 'The content has no size or no digest.',
  NoContributors: 'The terms name no contributor.',
  TooManyContributors: 'The terms name {0} contributors; at most {1} are allowed.',
  InvalidContributor: '{0} cannot be a contributor.',
  DuplicateContributor: 'The contributor {0} is named twice.',
  ZeroWeight: 'The contributor {0} has no weight.',
  WeightsMustSumToTenThousand: 'The contributors\' weights sum to {0} basis points, not to 10,000.',
  SignatureCountMismatch: 'There are {0} signatures for {1} contributors; give one for each, empty for the sender.',
  ConsentMissing: 'The contributor {0} has not signed these terms.',
  TooManyParents: 'The asset has {0} parents; at most {1} are allowed.',
  DuplicateParent: 'Asset {0} is named twice as a parent.',
  TooDeep: 'The asset would be generation {0}; at most {1} are allowed.',
  TooManyAncestors: 'The asset would have more than {1} ancestors.',
  DerivativeNotAllowed: 'The terms of asset {0} do not allow {1} to register a derivative.',
  AdapterNeedsModel: 'An adapter needs the model that it adapts among its parents.',
  RoyaltyTooHigh: 'A royalty of {0} basis points is above the limit of {1}.',
  RoyaltyStackTooHigh: 'The parents ask {0} basis points together; at most {1} are allowed.',
  PriceNotLower: 'The price {0} is not lower than the current price {1}; a price can only be lowered.',
  // Licensing
  UnsupportedLicenseKind: 'Licences of kind {0} are not for sale yet.',
  LicenseNotOffered: 'The terms of asset {0} do not offer licences of kind {1}.',
  AssetNotForSale: 'Asset {0} is no longer for sale.',
  WrongPayment: '{0} wei were sent; the price is {1} wei.',
  UnknownLicense: 'There is no licence {0}.',
  // Attribution
  NoRevenue: 'No revenue was sent along.',
  RevenueTooLarge: 'A revenue of {0} wei is more than the books can hold.',
  NothingToClaim: '{1} has nothing to claim from asset {0}.',
  InvalidRecipient: '{0} cannot be paid.',
  // InferenceOracle
  UnsupportedMode: 'Mode {0} is not available yet; only zk is.',
  NotAModel: 'Asset {0} is neither a model nor an adapter.',
  ModelAlreadyListed: 'Asset {0} is already listed, and a listing is frozen.',
  ModelNotListed: 'Asset {0} is not listed for inference.',
  KeyNotRegistered: 'The verification key {0} is not registered.',
  PublicInputCountMismatch: 'The key\'s circuit has {0} public inputs; this model needs {1}.',
  InvalidShape: 'A model with {0} inputs and {1} outputs cannot be listed.',
  CommitmentAlreadyListed: 'Asset {1} is already listed with the commitment {0}. Pack the model again, with a new salt.',
  CommitmentOutOfField: 'The commitment {0} is not an element of the field.',
  ProverFeeTooHigh: 'The prover fee of {0} wei is above the limit of {1}, half of the price.',
  WrongInputCount: '{0} input numbers were given; the model takes {1}.',
  WrongOutputCount: '{0} output numbers were given; the model makes {1}.',
  NumberOutOfRange: 'The number at place {0}, {1}, is out of the range of 128 signed bits.',
  CallbackGasTooHigh: 'A callback gas of {0} is above the limit of {1}.',
  CallbackGasWithoutCallback: 'Callback gas was given without a callback.',
  UnknownRequest: 'There is no request {0}.',
  AlreadyAnswered: 'Request {0} has already been answered.',
  AlreadyRefunded: 'Request {0} has already been refunded.',
  Expired: 'Request {0} could be answered until second {1}.',
  NotRequester: 'Request {0} is not one of {1}.',
  NotExpired: 'Request {0} can still be answered, until second {1}.',
  InputMismatch: 'The input is not that of request {0}.',
  InvalidProof: 'The proof does not prove this output for request {0}, its model and this prover.',
  InsufficientCallbackGas: 'The transaction leaves {0} gas to the callback; {1} is needed.',
  NothingToWithdraw: '{0} has nothing to withdraw.',
  // Native contracts
  MalformedCall: 'The native contract was called with malformed data.',
  UnknownKey: 'There is no verification key {0}.',
  InvalidKey: 'The verification key was refused, with reason {0}.',
  ValueRefused: 'The native contract takes no coin.',
  WriteRefused: 'A key cannot be registered in a static or delegated call.',
  // SystemProxy
  NotGovernance: 'Only governance may upgrade a system contract, and {0} is not.',
};

/** The sentence for an error, or the error's name and values when it has none. */
export function sentenceOf(errorName: string, args: readonly unknown[]): string {
  const sentence = SENTENCES[errorName];
  if (sentence === undefined) return `${errorName}(${args.map(String).join(', ')})`;
  return sentence.replace(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]));
}
