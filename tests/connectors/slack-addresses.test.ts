import { ownAddress } from '../../src/server/connectors/slack/own-address.ts';

describe('an address that Slack names', () => {
  test.each([
    'https://files.slack.com/files-pri/T1-F1/a%20b.pdf',
    'https://slack.com/upload/v1/x?y=1',
  ])('may be of its own: %s', (address) => {
    expect(ownAddress('https://slack.com', address)).toBe(address);
  });

  test.each([
    ['of nobody', undefined],
    ['empty', ''],
    ['without encryption', 'http://files.slack.com/files-pri/x'],
    ['of another port', 'https://files.slack.com:8443/files-pri/x'],
    ['of a neighbour', 'https://acme.slack.com/files-pri/x'],
    ['of a name that ends so', 'https://notslack.com/x'],
    ['of a name that begins so', 'https://files.slack.com.example.com/x'],
    ['with a password', 'https://user:password@files.slack.com/x'],
    ['of a machine inside', 'https://127.0.0.1/x'],
    ['that is none', '//files.slack.com/x'],
    ['of a script', 'javascript:alert(1)'],
  ])('gets nothing of ours when it is %s', (_what, address) => {
    expect(ownAddress('https://slack.com', address)).toBeUndefined();
  });

  test('is of the double that stands in for it', () => {
    const double = 'http://slack.localhost:9000';
    expect(ownAddress(double, `${double}/files-pri/x`)).toBe(`${double}/files-pri/x`);
    expect(ownAddress(double, 'http://slack.localhost:9001/x')).toBeUndefined();
    expect(ownAddress(double, 'https://files.slack.com/x')).toBeUndefined();
  });
});
