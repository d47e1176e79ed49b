import {
  accountOfDisableHook,
  disableHookSignature,
} from '../../src/server/kommo/hook-signature.ts';

const CLIENT = {
  clientId: '0b0832f6-d123-4123-9123-e73f236833c1',
  clientSecret: 'test_client_secret_0123456789abcdef',
};
/** Computed with OpenSSL over `0b0832f6-d123-4123-9123-e73f236833c1|12345678`. */
const SIGNATURE = 'eb7ffc7717f08e66c8352f477b81b96e127b9831a69cb5e283d17fe8c33b2a84';

function hook(changes: Record<string, string | undefined> = {}): URLSearchParams {
  const query = new URLSearchParams();
  const parameters = {
    account_id: '12345678',
    client_uuid: CLIENT.clientId,
    signature: SIGNATURE,
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.append(name, value);
  }
  return query;
}

function repeated(name: string, value: string): URLSearchParams {
  const query = hook();
  query.append(name, value);
  return query;
}

function signedFor(accountId: string, clientUuid: string = CLIENT.clientId): URLSearchParams {
  const signature = disableHookSignature(CLIENT.clientSecret, clientUuid, accountId);
  return hook({ account_id: accountId, client_uuid: clientUuid, signature });
}

test('a genuine hook names its account', () => {
  expect(accountOfDisableHook(hook(), CLIENT)).toBe(12_345_678);
});

test('parameters nobody asked for do not matter', () => {
  expect(accountOfDisableHook(repeated('utm', '1'), CLIENT)).toBe(12_345_678);
});

const FORGERIES: [string, URLSearchParams][] = [
  ['nothing at all', new URLSearchParams()],
  ['no account', hook({ account_id: undefined })],
  ['no client', hook({ client_uuid: undefined })],
  ['no signature', hook({ signature: undefined })],
  ['an empty account', hook({ account_id: '' })],
  ['an empty client', hook({ client_uuid: '' })],
  ['an empty signature', hook({ signature: '' })],
  ['another account', hook({ account_id: '12345679' })],
  ['another client', hook({ client_uuid: '0b0832f6-d123-4123-9123-e73f236833c2' })],
  [
    'another client, properly signed',
    signedFor('12345678', '11111111-d123-4123-9123-e73f236833c1'),
  ],
  ['the client in upper case', hook({ client_uuid: CLIENT.clientId.toUpperCase() })],
  ['the client with a blank', hook({ client_uuid: `${CLIENT.clientId} ` })],
  ['the client’s older name', hook({ client_uuid: undefined, client_id: CLIENT.clientId })],
  ['a signature in upper case', hook({ signature: SIGNATURE.toUpperCase() })],
  ['a signature cut short', hook({ signature: SIGNATURE.slice(0, -1) })],
  ['a signature cut to half', hook({ signature: SIGNATURE.slice(0, 32) })],
  ['a signature with more behind it', hook({ signature: `${SIGNATURE}00` })],
  ['a signature with a blank before it', hook({ signature: ` ${SIGNATURE}` })],
  ['a signature with a line break behind it', hook({ signature: `${SIGNATURE}\n` })],
  ['a signature in base64', hook({ signature: Buffer.from(SIGNATURE, 'hex').toString('base64') })],
  ['a signature of zeros', hook({ signature: '0'.repeat(64) })],
  ['a signature of other letters', hook({ signature: 'g'.repeat(64) })],
  ['a flipped digit', hook({ signature: `f${SIGNATURE.slice(1)}` })],
  ['digits and letters', hook({ account_id: '12345678abc' })],
  ['a properly signed text', signedFor('12abc')],
  ['a leading zero, properly signed', signedFor('012345678')],
  ['zero, properly signed', signedFor('0')],
  ['a negative number, properly signed', signedFor('-12345678')],
  ['a plus sign, properly signed', signedFor('+12345678')],
  ['a fraction, properly signed', signedFor('12345678.0')],
  ['an exponent, properly signed', signedFor('1e7')],
  ['hexadecimal digits, properly signed', signedFor('0x10')],
  ['a blank, properly signed', signedFor(' 12345678')],
  ['a line break, properly signed', signedFor('12345678\n')],
  ['other digits, properly signed', signedFor('١٢٣')],
  ['a number beyond safety, properly signed', signedFor('9999999999999999')],
  ['two accounts', repeated('account_id', '12345678')],
  ['two clients', repeated('client_uuid', CLIENT.clientId)],
  ['two signatures', repeated('signature', SIGNATURE)],
  ['accounts as a list', hook({ account_id: undefined, 'account_id[]': '12345678' })],
];

test.each(FORGERIES)('a hook with %s is a forgery', (_name, query) => {
  expect(accountOfDisableHook(query, CLIENT)).toBeUndefined();
});

test('a hook signed with another secret is a forgery', () => {
  const signature = disableHookSignature('another_secret_0123456789', CLIENT.clientId, '12345678');
  expect(accountOfDisableHook(hook({ signature }), CLIENT)).toBeUndefined();
});
