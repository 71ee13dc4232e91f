/** The application's own answers. */
import {base64OrNull} from '../json.ts';
import {internalError} from '../errors.ts';
import {method} from '../method.ts';
import {boolean, hexBytes, int64, string} from '../parameters.ts';

export const abciInfo = method({
  name: 'abci_info',
  purpose: 'Version, height and hash of the application.',
  parameters: {},
  async call({backend}) {
    const info = await backend.abciInfo();
    return {
      response: {
        data: 'qanat',
        version: info.version,
        app_version: info.appVersion.toString(),
        last_block_height: info.lastBlockHeight.toString(),
        last_block_app_hash: base64OrNull(info.lastBlockAppHash),
      },
    };
  },
});

export const abciQuery = method({
  name: 'abci_query',
  purpose: 'Asks the application.',
  heavy: true,
  parameters: {path: string, data: hexBytes, height: int64, prove: boolean},
  async call({backend}, {path, data, height, prove}) {
    if (height < 0n) throw internalError('height must be non-negative');
    const response = await backend.abciQuery({path, data, height, prove});
    return {
      response: {
        code: response.code,
        log: response.log,
        info: '',
        index: '0',
        key: base64OrNull(response.key),
        value: base64OrNull(response.value),
        proofOps: null,
        height: response.height.toString(),
        codespace: response.codespace,
      },
    };
  },
});
