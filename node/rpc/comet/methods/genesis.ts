/** The genesis document, whole or in chunks. */
import {genesisToJson, toBase64, utf8} from '#proto';
import {internalError} from '../errors.ts';
import type {Json} from '../json.ts';
import {method, type RpcContext} from '../method.ts';
import {int64} from '../parameters.ts';

export const genesis = method({
  name: 'genesis',
  purpose: 'The genesis document.',
  parameters: {},
  call(context) {
    const text = genesisText(context);
    if (text.length > context.limits.genesisChunkBytes) throw internalError('genesis response is large, please use the genesis_chunked API instead');
    return {genesis: JSON.parse(text) as Json};
  },
});

export const genesisChunked = method({
  name: 'genesis_chunked',
  purpose: 'The genesis document in chunks of base64.',
  parameters: {chunk: int64},
  call(context, {chunk}) {
    const document = utf8(genesisText(context));
    const size = context.limits.genesisChunkBytes;
    const total = Math.max(1, Math.ceil(document.length / size));
    if (chunk < 0n || chunk >= BigInt(total)) throw internalError(`there are ${total} chunks, so ${chunk} is not one of them`);
    const start = Number(chunk) * size;
    return {chunk: chunk.toString(), total: String(total), data: toBase64(document.subarray(start, start + size))};
  },
});

function genesisText({backend}: RpcContext): string {
  return JSON.stringify(genesisToJson(backend.genesis));
}
