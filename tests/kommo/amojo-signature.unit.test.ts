import { amojoDate, amojoSignature, contentMd5 } from '../../src/server/kommo/amojo/signature.ts';
import {
  ACCOUNT,
  BASE,
  CHANNEL,
  phpJson,
  SCOPE,
  SECRET,
  VECTORS,
} from '../support/amojo-vectors.ts';

// The further digests were computed with Python and OpenSSL; none comes from our own code.

describe('the chat API’s signature', () => {
  test.each(VECTORS)('of $name equals the published one', (vector) => {
    const body = phpJson(vector.body);
    expect(Buffer.byteLength(body)).toBe(vector.size);
    expect(contentMd5(body)).toBe(vector.md5);
    const { method, date } = vector;
    expect(amojoSignature(SECRET, { method, date, body, path: BASE + vector.path })).toBe(
      vector.signature,
    );
  });

  test('covers an empty body by the digest of nothing', () => {
    expect(contentMd5('')).toBe('d41d8cd98f00b204e9800998ecf8427e');
    const parts = {
      method: 'GET',
      path: `${BASE}${SCOPE}/chats/8e4d4baa-9e6c-4a88-838a-5f62be227bdc/history`,
      date: 'Fri, 17 Dec 2021 11:00:00 +0000',
      body: '',
    };
    expect(amojoSignature(SECRET, parts)).toBe('4c285a52aa9c64261f19ae40a70d89f11ccce7b2');
  });

  test('covers the bytes of the body as UTF-8', () => {
    const body = JSON.stringify({
      account_id: ACCOUNT,
      title: 'Чат / Chat',
      hook_api_version: 'v2',
    });
    const parts = {
      method: 'POST',
      path: `${BASE}${CHANNEL}/connect`,
      date: 'Fri, 17 Dec 2021 11:00:00 +0000',
      body,
    };
    expect(contentMd5(body)).toBe('0aefbc81779d737434c89588d0b1c71a');
    expect(amojoSignature(SECRET, parts)).toBe('2625f12adabbd86f898e381d845f8167a684fa7c');
  });

  test('takes the Date header literally', () => {
    const [connect] = VECTORS;
    const body = phpJson(connect?.body);
    const date = 'Wed, 15 Dec 2021 23:12:55 GMT';
    const parts = { method: 'POST', path: `${BASE}${CHANNEL}/connect`, date, body };
    expect(amojoSignature(SECRET, parts)).toBe('c111d61e425b271b414508a0f2c7ae713b8ffce0');
  });

  test('keys with the secret as text, not as the bytes its hex digits spell', () => {
    const [connect] = VECTORS;
    const body = phpJson(connect?.body);
    const date = 'Wed, 15 Dec 2021 23:12:55 +0000';
    const parts = { method: 'POST', path: `${BASE}${CHANNEL}/connect`, date, body };
    expect(amojoSignature(SECRET, parts)).not.toBe('228f0b7888adbf819d73dc5bbe919e36374c475e');
  });

  test('is dated in the documented form', () => {
    expect(amojoDate(new Date('2021-12-15T23:12:55.999Z'))).toBe('Wed, 15 Dec 2021 23:12:55 +0000');
  });
});
