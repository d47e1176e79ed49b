import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { hmacHex, md5Hex } from '../../src/emulator/engine/secrets.ts';
import { DATE, HOOKS, REQUESTS } from '../support/amojo-message-vectors.ts';
import { ACCOUNT, BASE, CHANNEL, SCOPE, SECRET } from '../support/amojo-vectors.ts';
import { call, callChats } from '../support/emulator-client.ts';

describe('signatures of messages', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator({
      now: () => Date.parse(DATE),
      seed: { switches: { mediaFetch: 'never' } },
    });
    const headers = { date: DATE };
    const json = { account_id: ACCOUNT, title: 'Chat Connector', hook_api_version: 'v2' };
    await callChats(emulator, `${BASE}${CHANNEL}/connect`, { json, headers });
  });
  afterAll(() => emulator.close());

  interface Sent {
    method: string;
    path: string;
    body: string;
    md5: string;
    signature: string;
  }

  function send({ method, path, body, md5, signature }: Sent, query = '') {
    return call(emulator, `${BASE}${SCOPE}${path}${query}`, {
      method,
      host: 'amojo.kommo.com',
      ...(body !== '' && { body }),
      headers: {
        date: DATE,
        'content-type': 'application/json',
        'content-md5': md5,
        'x-signature': signature,
      },
    });
  }

  // They build on each other: the edit and the reaction need the first message.
  test.each(REQUESTS)('$name is signed as computed, and answered $status', async (request) => {
    expect(Buffer.byteLength(request.body)).toBe(request.size);
    expect(md5Hex(request.body)).toBe(request.md5);
    expect((await send(request)).status).toBe(request.status);
  });

  test('the query is not signed', async () => {
    const [history] = REQUESTS.filter(({ name }) => name === 'history');
    if (history === undefined) throw new Error('The vector is gone.');
    expect((await send(history, '?limit=50')).status).toBe(204);
    const signature = '3ae7acac65b4bfe081f71bfdfc5592ef6f42b96a';
    expect((await send({ ...history, signature }, '?limit=50')).status).toBe(403);
  });

  test('the content type is signed as it is sent', async () => {
    const signature = '95af816d756698e78869bfcc84ece19c43c2f3b1';
    const reply = await send({ ...REQUESTS[0], signature });
    expect(reply).toMatchObject({
      status: 403,
      json: {
        status: 0,
        error_code: 403,
        error_type: 'ORIGIN_INVALID_SIGNATURE',
        error_description: 'invalid signature',
      },
    });
  });

  test('the exact bytes of the body are signed', async () => {
    const body = JSON.stringify(JSON.parse(REQUESTS[0].body), null, 2);
    expect(md5Hex(body)).toBe('16c74791aad17d4d00c1e6567b7103bc');
    expect((await send({ ...REQUESTS[0], body })).status).toBe(403);
  });

  test.each(HOOKS)('the webhook of $name is signed without its newline', (hook) => {
    expect(Buffer.byteLength(hook.body)).toBe(hook.size);
    expect(hmacHex('sha1', SECRET, hook.body)).toBe(hook.signature);
    expect(hmacHex('sha1', SECRET, `${hook.body}\n`)).toBe(hook.withNewline);
  });
});
