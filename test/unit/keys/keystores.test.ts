import {chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {afterEach, beforeEach, describe, expect, it} from '@jest/globals';
import {encryptKeystoreJson, Wallet} from 'ethers';
import {ValidatorKey} from '#consensus/engine';
import {fromHex, toHex} from '#proto';
import {
  accountAddress,
  accountOfMnemonic,
  askNewPassphrase,
  askPassphrase,
  decodeEip2335,
  decodeGethV3,
  encodeEip2335,
  encodeGethV3,
  encryptValidatorKey,
  keyLimits,
  KeyRing,
  readKeyFile,
  readValidatorKey,
  type Terminal,
} from '#node/keys';

/** As weak as scrypt goes: the tests are about the format. */
const CHEAP = {n: 2, r: 1, p: 1} as const;
const PASSPHRASE = 'correct horse battery';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qanat-keys-'));
});
afterEach(() => rmSync(folder, {recursive: true}));

/** The two vectors of EIP-2335. */
const EIP2335_PASSWORD = '𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑';
const EIP2335_SECRET = '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f';
const EIP2335_SALT = 'd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3';
const eip2335 = (kdf: object, checksum: string, message: string): Record<string, unknown> => ({
  crypto: {
    kdf,
    checksum: {function: 'sha256', params: {}, message: checksum},
    cipher: {function: 'aes-128-ctr', params: {iv: '264daa3f303d7259501c93d997d84fe6'}, message},
  },
  pubkey: '9612d7a727c9d0a22e185a1c768478dfe919cada9266988cb32359c11f2b7b27f4ae4040902382ae2910c15e2b420d07',
  path: 'm/12381/60/3141592653/589793238',
  uuid: '1d85ae20-35c5-4611-98e8-aa14a633906f',
  version: 4,
});
const EIP2335_SCRYPT = eip2335(
  {function: 'scrypt', params: {dklen: 32, n: 262_144, p: 1, r: 8, salt: EIP2335_SALT}, message: ''},
  'd2217fe5f3e9a1e34581ef8a78f7c9928e436d36dacc5e846690a5581e8ea484',
  '06ae90d55fe0a6e9c5c3bc5b170827b2e5cce3929ed3f116c2811e6366dfe20f',
);
const EIP2335_PBKDF2 = eip2335(
  {function: 'pbkdf2', params: {dklen: 32, c: 262_144, prf: 'hmac-sha256', salt: EIP2335_SALT}, message: ''},
  '8a9f5d9912ed7e75ea794bc5a89bca5f193721d30868ade6f73043c6ea6febf1',
  'cee03fde2af33149775b7223e7845e4fb2c8ae1792e5f99fe9ecf474cc8c16ad',
);

describe('EIP-2335', () => {
  it.each([
    ['scrypt', EIP2335_SCRYPT],
    ['pbkdf2', EIP2335_PBKDF2],
  ])('opens the vector of the standard with %s', async (_, vector) => {
    expect(toHex((await decodeEip2335(vector, EIP2335_PASSWORD)).secret)).toBe(EIP2335_SECRET);
  });

  it('opens what it wrote, and nothing with another passphrase', async () => {
    const key = ValidatorKey.generate();
    const file: unknown = JSON.parse(await encodeEip2335({secret: key.seed(), publicKey: key.publicKey, description: ''}, PASSPHRASE, CHEAP));
    expect((await decodeEip2335(file, PASSPHRASE)).secret).toEqual(key.seed());
    expect(file).toMatchObject({version: 4, path: '', pubkey: toHex(key.publicKey)});
    await expect(decodeEip2335(file, 'correct horse batter')).rejects.toMatchObject({code: 'WRONG_PASSPHRASE'});
  });

  it('refuses a changed file, and parameters that would take all memory or time', async () => {
    const key = ValidatorKey.generate();
    const text = await encodeEip2335({secret: key.seed(), publicKey: key.publicKey, description: ''}, PASSPHRASE, CHEAP);
    interface File {
      version: unknown;
      crypto: {kdf: {function: unknown; params: Record<string, unknown>}; cipher: {function: unknown; message: unknown; params: {iv: unknown}}; checksum: {function: unknown; message: unknown}};
    }
    const changes: [string, (file: File) => void][] = [
      ['version', (file) => (file.version = 3)],
      ['version', (file) => (file.version = '4')],
      ['memory', (file) => Object.assign(file.crypto.kdf.params, {n: 2 ** 28, r: 8})],
      ['memory', (file) => Object.assign(file.crypto.kdf.params, {n: 2 ** 15, r: 2 ** 20})],
      ['below 2^16', (file) => (file.crypto.kdf.params['n'] = 2 ** 16)],
      ['power of two', (file) => (file.crypto.kdf.params['n'] = 3)],
      ['n must be', (file) => (file.crypto.kdf.params['n'] = -2)],
      ['p must be', (file) => (file.crypto.kdf.params['p'] = keyLimits.SCRYPT_PARALLELISM_MAX + 1)],
      ['dklen', (file) => (file.crypto.kdf.params['dklen'] = 16)],
      ['salt', (file) => (file.crypto.kdf.params['salt'] = 'zz')],
      ['salt', (file) => (file.crypto.kdf.params['salt'] = '00'.repeat(keyLimits.SALT_BYTES_MAX + 1))],
      ['c must be', (file) => Object.assign(file.crypto.kdf, {function: 'pbkdf2', params: {...file.crypto.kdf.params, prf: 'hmac-sha256', c: keyLimits.PBKDF2_ITERATIONS_MAX + 1}})],
      ['hmac-sha256', (file) => Object.assign(file.crypto.kdf, {function: 'pbkdf2', params: {...file.crypto.kdf.params, prf: 'hmac-md5', c: 1}})],
      ['kdf must be', (file) => (file.crypto.kdf.function = 'none')],
      ['checksum must be', (file) => (file.crypto.checksum.function = 'crc32')],
      ['cipher must be', (file) => (file.crypto.cipher.function = 'rot13')],
      ['16 bytes', (file) => (file.crypto.cipher.params.iv = '00')],
      ['message', (file) => (file.crypto.cipher.message = '00'.repeat(keyLimits.SECRET_BYTES_MAX + 1))],
      ['crypto.kdf', (file) => Reflect.set(file.crypto, 'kdf', null)],
    ];
    for (const [problem, change] of changes) {
      const file = JSON.parse(text) as File;
      change(file);
      await expect(decodeEip2335(file, PASSPHRASE)).rejects.toMatchObject({code: 'MALFORMED', message: expect.stringContaining(problem)});
    }
    const flipped = JSON.parse(text) as File;
    flipped.crypto.cipher.message = '00'.repeat(32);
    await expect(decodeEip2335(flipped, PASSPHRASE)).rejects.toMatchObject({code: 'WRONG_PASSPHRASE'});
  });
});

/** The pbkdf2 vector of the Web3 Secret Storage Definition. */
const V3_SECRET = '7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d';
const V3_PBKDF2 = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: {iv: '6087dab2f9fdbbfaddc31a909735c1e6'},
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    kdf: 'pbkdf2',
    kdfparams: {c: 262_144, dklen: 32, prf: 'hmac-sha256', salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd'},
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
  version: 3,
};
/** go-ethereum, accounts/keystore/testdata/keystore. */
const GETH_SCRYPT = {
  address: '7ef5a6135f1fd6a02593eedc869c6d41d934aef8',
  crypto: {
    cipher: 'aes-128-ctr',
    ciphertext: '1d0839166e7a15b9c1333fc865d69858b22df26815ccf601b28219b6192974e1',
    cipherparams: {iv: '8df6caa7ff1b00c4e871f002cb7921ed'},
    kdf: 'scrypt',
    kdfparams: {dklen: 32, n: 8, p: 16, r: 8, salt: 'e5e6ef3f4ea695f496b643ebd3f75c0aa58ef4070e90c80c5d3fb0241bf1595c'},
    mac: '6d16dfde774845e4585357f24bce530528bc69f4f84e1e22880d34fa45c273e5',
  },
  id: '950077c7-71e3-4c44-a4a1-143919141ed4',
  version: 3,
};

describe('geth V3', () => {
  it('opens the vector of the standard and a file of geth', async () => {
    expect(toHex(await decodeGethV3(V3_PBKDF2, 'testpassword'))).toBe(V3_SECRET);
    expect(accountAddress(await decodeGethV3(GETH_SCRYPT, 'foobar'))).toBe(`0x${GETH_SCRYPT.address}`);
  });

  it('is opened by ethers, and opens what ethers wrote', async () => {
    const wallet = await Wallet.fromEncryptedJson(await encodeGethV3(fromHex(V3_SECRET), PASSPHRASE, CHEAP), PASSPHRASE);
    expect(wallet.privateKey).toBe(`0x${V3_SECRET}`);
    const theirs = await encryptKeystoreJson({address: wallet.address, privateKey: wallet.privateKey}, PASSPHRASE, {scrypt: {N: 2, r: 1, p: 1}});
    expect(toHex(await decodeGethV3(JSON.parse(theirs), PASSPHRASE))).toBe(V3_SECRET);
  });

  it('refuses another passphrase, and an address of another key', async () => {
    const file = JSON.parse(await encodeGethV3(fromHex(V3_SECRET), PASSPHRASE, CHEAP)) as {address: string};
    await expect(decodeGethV3(file, 'x')).rejects.toMatchObject({code: 'WRONG_PASSPHRASE'});
    await expect(decodeGethV3({...file, address: '00'.repeat(20)}, PASSPHRASE)).rejects.toThrow('does not belong');
  });
});

describe('the key ring', () => {
  it('recovers, lists, exports, changes passphrases and deletes', async () => {
    const ring = new KeyRing(join(folder, 'ring'), {cost: CHEAP});
    expect(ring.list()).toEqual([]);
    const key = accountOfMnemonic(' Test test test test test test test test test test test junk\n', 0);
    const account = await ring.add('faucet', key, PASSPHRASE);
    expect(account).toEqual({name: 'faucet', address: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'});
    expect(statSync(join(folder, 'ring', 'faucet.json')).mode & 0o777).toBe(0o600);
    expect(ring.list()).toEqual([account]);
    await ring.changePassphrase('faucet', PASSPHRASE, 'another passphrase');
    await expect(ring.open('faucet', PASSPHRASE)).rejects.toMatchObject({code: 'WRONG_PASSPHRASE'});
    expect(await decodeGethV3(JSON.parse(ring.export('faucet')), 'another passphrase')).toEqual(key);
    ring.delete('faucet');
    expect(() => ring.address('faucet')).toThrow('the key ring is empty');
  });

  it('refuses a name or an address twice, and names that are paths', async () => {
    const ring = new KeyRing(folder, {cost: CHEAP});
    const key = fromHex(V3_SECRET);
    await ring.add('a', key, PASSPHRASE);
    await expect(ring.add('a', accountOfMnemonic('test test test test test test test test test test test junk', 1), PASSPHRASE)).rejects.toMatchObject({code: 'EXISTS'});
    await expect(ring.add('b', key, PASSPHRASE)).rejects.toThrow('as a');
    for (const name of ['', '../a', 'a/b', '.a', 'x'.repeat(65)]) await expect(ring.add(name, key, PASSPHRASE)).rejects.toThrow('is not a name');
  });

  it('refuses mistyped words and numbers that are no key', () => {
    expect(() => accountOfMnemonic('test test test test test test test test test test test test', 0)).toThrow('mistyped');
    expect(() => accountAddress(new Uint8Array(32))).toThrow('not a secp256k1 private key');
  });
});

describe('the validator key file', () => {
  const never = (): Promise<string> => Promise.reject(new Error('asked for a passphrase'));

  it('is read plain or encrypted, and closed to others', async () => {
    const path = join(folder, 'key.json');
    expect(await readValidatorKey(path, never)).toBeUndefined();
    const key = ValidatorKey.generate();
    writeFileSync(path, key.toJson(), {mode: 0o644});
    chmodSync(path, 0o644);
    expect(await readValidatorKey(path, never)).toMatchObject({encrypted: false, key: {publicKey: key.publicKey}});
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, await encryptValidatorKey(key, PASSPHRASE, CHEAP));
    expect(readFileSync(path, 'utf8')).not.toContain('priv_key');
    expect(await readValidatorKey(path, async () => PASSPHRASE)).toMatchObject({encrypted: true, key: {publicKey: key.publicKey}});
    await expect(readValidatorKey(path, async () => 'no')).rejects.toThrow(/validator key .*key\.json: the passphrase is wrong/);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"pubkey": "../, '"pubkey": "00'));
    if (key.publicKey[0] !== 0) await expect(readValidatorKey(path, async () => PASSPHRASE)).rejects.toThrow('does not belong');
  });

  it('is bounded', () => {
    const path = join(folder, 'long.json');
    writeFileSync(path, ' '.repeat(keyLimits.KEY_FILE_BYTES_MAX + 1));
    expect(() => readKeyFile(path)).toThrow('at most');
    expect(() => readKeyFile(folder)).toThrow('is not a file');
  });
});

describe('passphrases', () => {
  function terminal(): Terminal & {typed(text: string): void; shown(): string} {
    const input = new PassThrough();
    let shown = '';
    return {isTTY: true, input, output: {write: (text: string) => (shown += text)}, typed: (text) => void input.write(text), shown: () => shown};
  }
  const options = {prompt: 'Passphrase: ', hint: 'give --passphrase-file FILE'};

  it('are typed without echo, with corrections', async () => {
    const tty = terminal();
    const answer = askPassphrase(options, tty);
    tty.typed('secrex\u007ft\r');
    expect(await answer).toBe('secret');
    expect(tty.shown()).toBe('Passphrase: \n');
  });

  it('are first lines of files', async () => {
    const file = join(folder, 'passphrase');
    writeFileSync(file, 'from a file\nmore\n', {mode: 0o600});
    expect(await askPassphrase({...options, file})).toBe('from a file');
    writeFileSync(file, '\n');
    await expect(askPassphrase({...options, file})).rejects.toThrow('empty');
    writeFileSync(file, 'x'.repeat(keyLimits.PASSPHRASE_BYTES_MAX + 1));
    await expect(askPassphrase({...options, file})).rejects.toThrow('at most');
    await expect(askPassphrase({...options, file: join(folder, 'none')})).rejects.toThrow('there is no passphrase file');
  });

  it('say how to be given where there is no terminal, and give up at Ctrl-C or an endless line', async () => {
    await expect(askPassphrase(options, {...terminal(), isTTY: false})).rejects.toThrow('no terminal to ask for it; give --passphrase-file');
    const interrupted = terminal();
    const given = askPassphrase(options, interrupted);
    interrupted.typed('abc\u0003');
    await expect(given).rejects.toMatchObject({code: 'NO_PASSPHRASE'});
    const endless = terminal();
    const long = askPassphrase(options, endless);
    endless.typed('x'.repeat(keyLimits.PASSPHRASE_BYTES_MAX + 1));
    await expect(long).rejects.toThrow('at most');
  });

  it('are long enough, and typed twice, for a new key', async () => {
    const file = join(folder, 'short');
    writeFileSync(file, '1234567');
    await expect(askNewPassphrase({...options, file})).rejects.toThrow(`${keyLimits.PASSPHRASE_CHARACTERS_MIN} characters`);
    const tty = terminal();
    tty.output.write = (text: string) => (text === 'Again: ' ? setImmediate(() => tty.typed('12345679\r')) : undefined);
    const answer = askNewPassphrase(options, tty);
    tty.typed('12345678\r');
    await expect(answer).rejects.toThrow('differ');
  });
});
