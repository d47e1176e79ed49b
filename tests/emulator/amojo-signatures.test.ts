import { createHmac } from 'node:crypto';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { hmacHex, md5Hex } from '../../src/emulator/engine/secrets.ts';
import { signatureText, signRequest } from '../../src/emulator/kommo/amojo/signature.ts';
import { disposableToken } from '../../src/emulator/kommo/disposable-token.ts';
import {
  ACCOUNT,
  BASE,
  CHANNEL,
  phpJson,
  SCOPE,
  SECRET,
  VECTORS,
} from '../support/amojo-vectors.ts';
import { call } from '../support/emulator-client.ts';

const V1 = VECTORS[0];
if (V1 === undefined) throw new Error('The first vector is gone.');

function sign(vector: { method: string; path: string; date: string }, md5: string): string {
  const path = BASE + vector.path;
  const contentType = 'application/json';
  const { method, date } = vector;
  return signRequest({ method, path, date, contentType, contentMd5: md5 }, SECRET);
}

describe('signatures of the Chats API', () => {
  test.each(VECTORS)('$name has the published signature', (vector) => {
    const body = phpJson(vector.body);
    expect(Buffer.byteLength(body)).toBe(vector.size);
    expect(md5Hex(body)).toBe(vector.md5);
    expect(sign(vector, vector.md5)).toBe(vector.signature);
  });

  test('the text to sign is five lines without a final newline', () => {
    const parts = { contentMd5: 'm', contentType: '', date: 'd', path: '/p' };
    expect(signatureText({ method: 'get', ...parts })).toBe('GET\nm\n\nd\n/p');
  });

  test('a request without a body is signed with the MD5 of nothing', () => {
    const md5 = md5Hex('');
    expect(md5).toBe('d41d8cd98f00b204e9800998ecf8427e');
    const path = `${SCOPE}/chats/8e4d4baa-9e6c-4a88-838a-5f62be227bdc/history`;
    const date = 'Fri, 17 Dec 2021 11:00:00 +0000';
    expect(sign({ method: 'GET', path, date }, md5)).toBe(
      '4c285a52aa9c64261f19ae40a70d89f11ccce7b2',
    );
  });

  test('a body of raw UTF-8 is signed by its bytes', () => {
    const body = JSON.stringify({
      account_id: ACCOUNT,
      title: 'Чат / Chat',
      hook_api_version: 'v2',
    });
    expect(md5Hex(body)).toBe('0aefbc81779d737434c89588d0b1c71a');
    const date = 'Fri, 17 Dec 2021 11:00:00 +0000';
    expect(sign({ method: 'POST', path: `${CHANNEL}/connect`, date }, md5Hex(body))).toBe(
      '2625f12adabbd86f898e381d845f8167a684fa7c',
    );
  });

  test('the published vector without a valid signature has the published MD5', () => {
    const body = JSON.stringify({
      account_id: 'af9945ff-1490-4cad-807d-945c15d88bec',
      title: 'ScopeTitle',
      hook_api_version: 'v2',
    });
    expect(md5Hex(body)).toBe('a5e8ae04332a6d0aac15f01ad05d40e3');
  });

  test('a chat webhook and the disable hook have the computed signatures', () => {
    const webhook =
      '{"account_id":"52e591f7-c98f-4255-8495-827210138c81","time":1639572261,"message":{"receiver":{"id":"2ed64e26-70a1-4857-8382-bb066a076219","phone":"79161234567","email":"example.client@example.com","client_id":"my_int-1376265f-86df-4c49-a0c3-a4816df41af8"},"sender":{"id":"76fc2bea-902f-425c-9a3d-dcdac4766090"},"conversation":{"id":"8e4d4baa-9e6c-4a88-838a-5f62be227bdc","client_id":"my_int-d5a421f7f218"},"source":{"external_id":"78001234567"},"timestamp":1639572260,"msec_timestamp":1639572260980,"message":{"id":"0371a0ff-b78a-4c7b-8538-a7d547e10692","type":"text","text":"Hello"}}}';
    expect(hmacHex('sha1', SECRET, webhook)).toBe('e318ac8c45393ef2ba484d80e35c6576a2d738d2');
    const text = '0b0832f6-d123-4123-9123-e73f236833c1|12345678';
    expect(hmacHex('sha256', 'test_client_secret_0123456789abcdef', text)).toBe(
      'eb7ffc7717f08e66c8352f477b81b96e127b9831a69cb5e283d17fe8c33b2a84',
    );
  });
});

describe('the emulated Chats API, given the published requests', () => {
  let emulator: Emulator;
  // Its clock stands where the vectors were made.
  let now = Date.parse(V1.date);

  beforeAll(async () => {
    emulator = await createEmulator({
      now: () => now,
      // Two of the published messages share a msgid, and their avatars are on the internet.
      seed: { switches: { repeatedMsgid: '200 same ids', mediaFetch: 'never' } },
    });
  });
  afterAll(() => emulator.close());

  function send(
    vector: (typeof VECTORS)[number],
    signature = vector.signature,
    date = vector.date,
  ) {
    return call(emulator, BASE + vector.path, {
      method: vector.method,
      host: 'amojo.kommo.com',
      body: phpJson(vector.body),
      headers: {
        date,
        'content-type': 'application/json',
        'content-md5': vector.md5,
        'x-signature': signature,
      },
    });
  }

  test('answers the published connect request with the published answer', async () => {
    const reply = await send(V1);
    expect(reply.status).toBe(200);
    expect(reply.json).toEqual({
      account_id: ACCOUNT,
      scope_id: SCOPE,
      title: 'ChatsIntegration',
      hook_api_version: 'v2',
      is_time_window_disabled: false,
    });
  });

  test('takes the other published requests at their time', async () => {
    const statuses: Record<string, number> = {};
    // Disconnecting takes the connection away, so it comes last.
    for (const vector of [...VECTORS.slice(2), ...VECTORS.slice(1, 2)]) {
      now = Date.parse(vector.date);
      statuses[vector.name] = (await send(vector)).status;
    }
    expect(statuses).toEqual({
      message: 200,
      // No message has this id here: signed well, and unknown.
      'delivery status': 404,
      typing: 204,
      chat: 200,
      'message with a source': 200,
      disconnect: 200,
    });
  });

  test('takes the date with GMT too', async () => {
    now = Date.parse(V1.date);
    const date = V1.date.replace('+0000', 'GMT');
    expect((await send(V1, 'c111d61e425b271b414508a0f2c7ae713b8ffce0', date)).status).toBe(200);
  });

  test('refuses a secret that was read as hexadecimal', async () => {
    now = Date.parse(V1.date);
    expect((await send(V1, '228f0b7888adbf819d73dc5bbe919e36374c475e')).status).toBe(403);
  });

  test('refuses a date 16 minutes old or ahead', async () => {
    for (const minutes of [16, -16]) {
      now = Date.parse(V1.date) + minutes * 60_000;
      expect((await send(V1)).status).toBe(403);
    }
  });

  test('takes the body-only signature where it existed, unless switched off', async () => {
    const old = {
      host: 'amojo.kommo.com',
      body: phpJson(V1.body),
      headers: {
        'content-type': 'application/json',
        'x-signature': '3fa5856b066091e4112361eb781a044085cebba5',
      },
    };
    expect((await call(emulator, BASE + V1.path, old)).status).toBe(200);
    emulator.setSwitches({ requireNewSignature: 'new only' });
    expect((await call(emulator, BASE + V1.path, old)).status).toBe(403);
  });
});

describe('disposable tokens', () => {
  test('the computed token of the reference is what the emulator signs', async () => {
    const emulator = await createEmulator({
      now: () => 1594204245_000,
      seed: {
        accounts: [
          { id: 12345678, subdomain: 'subdomain', users: [{ id: 87654321, is_admin: true }] },
        ],
        integrations: [
          {
            client_id: '0b0832f6-d123-4123-9123-e73f236833c1',
            client_secret: 'test_client_secret_0123456789abcdef',
            redirect_uri: 'https://external.integration.io/callback',
          },
        ],
      },
    });
    const { world } = emulator;
    const account = world.account('subdomain');
    const token = disposableToken(world, account, world.user(account), world.integration(), {
      claims: { jti: 'd628f123-5123-473e-a123-ed123ef31f8f' },
    });
    await emulator.close();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    expect(read(header)).toEqual({ typ: 'JWT', alg: 'HS256' });
    expect(read(payload)).toEqual({
      iss: 'https://subdomain.kommo.com',
      aud: 'https://external.integration.io',
      jti: 'd628f123-5123-473e-a123-ed123ef31f8f',
      iat: 1594204245,
      nbf: 1594204245,
      exp: 1594206045,
      account_id: 12345678,
      user_id: 87654321,
      subdomain: 'subdomain',
      client_uuid: '0b0832f6-d123-4123-9123-e73f236833c1',
      is_admin: true,
    });
    // The claims' order differs from the fixture's, so its signature is compared over its own text.
    const fixture =
      'eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL3N1YmRvbWFpbi5rb21tby5jb20iLCJhdWQiOiJodHRwczovL2V4dGVybmFsLmludGVncmF0aW9uLmlvIiwianRpIjoiZDYyOGYxMjMtNTEyMy00NzNlLWExMjMtZWQxMjNlZjMxZjhmIiwiaWF0IjoxNTk0MjA0MjQ1LCJuYmYiOjE1OTQyMDQyNDUsImV4cCI6MTU5NDIwNjA0NSwiYWNjb3VudF9pZCI6MTIzNDU2NzgsInVzZXJfaWQiOjg3NjU0MzIxLCJzdWJkb21haW4iOiJzdWJkb21haW4iLCJjbGllbnRfdXVpZCI6IjBiMDgzMmY2LWQxMjMtNDEyMy05MTIzLWU3M2YyMzY4MzNjMSIsImlzX2FkbWluIjp0cnVlfQ';
    const hmac = (text: string) =>
      createHmac('sha256', 'test_client_secret_0123456789abcdef').update(text).digest('base64url');
    expect(hmac(fixture)).toBe('5XsNXXQ4yhGQvvfFg5lhzxXHsrYP7jxzsDZgk81AC3Y');
    expect(hmac(`${header}.${payload}`)).toBe(signature);
  });
});
