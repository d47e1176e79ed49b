import type { ConnectorField } from '../../src/contract/connectors.ts';
import { keyEnding } from '../../src/server/channels/attempts/submit-credentials.ts';

const fields: ConnectorField[] = [
  { name: 'url', type: 'url', required: true, secret: false },
  { name: 'token', type: 'password', required: true, secret: true },
];

test.each([
  ['of 12 characters shows its end', 'abcdefgh1234', '1234'],
  ['of 11 characters shows nothing', 'abcdefg1234', undefined],
  ['that is empty shows nothing', '', undefined],
])('a key %s', (_, token, ending) => {
  expect(keyEnding(fields, { url: 'https://chat.example.com', token })).toBe(ending);
});

test('a value that is no secret is not taken for the key', () => {
  expect(keyEnding(fields, { url: 'https://chat.example.com' })).toBeUndefined();
});
