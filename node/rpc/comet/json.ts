/** The chain's types in JSON stand in `proto`, where light clients and evidence reach them too. */
export {
  base64OrNull,
  blockIdToJson,
  blockMetaToJson,
  blockToJson,
  commitToJson,
  execTxResultToJson,
  headerToJson,
  validatorToJson,
  type Json,
} from '#proto';
