import { createSlack } from '../../src/server/connectors/slack.ts';
import { DATE, posted, SIGNING_SECRET, signed, TEAM, written } from './support/slack-events.ts';

const connector = createSlack({
  clientId: 'id',
  clientSecret: 'secret',
  signingSecret: SIGNING_SECRET,
  url: 'https://slack.com',
});

const NOW = new Date(DATE * 1000);
const HOLA = written({ text: 'Hola' });

function open(request: ReturnType<typeof signed>, now = NOW, opener = connector) {
  if (opener.openShared === undefined) throw new Error('no shared address');
  return opener.openShared(request, now);
}

function outer(body: object) {
  return signed({ headers: {}, body: Buffer.from(JSON.stringify(body)) });
}

describe('the proof of an event', () => {
  test('is the one of a worked example', () => {
    const body =
      '{"type":"event_callback","team_id":"T1","event_id":"Ev1","event":{"type":"message","channel":"C1","user":"U1","text":"hi","ts":"1795773600.000100","channel_type":"channel"}}';
    const headers = {
      'x-slack-request-timestamp': '1795773600',
      'x-slack-signature': 'v0=7c37b93be3f85f7213ffaa80038990e779f400e5460ed8fd062926e07c0844d1',
    };
    const theirs = createSlack({
      clientId: 'id',
      clientSecret: 'secret',
      signingSecret: '8f742231b10e8888abcd99yyyzzz85a5',
      url: 'https://slack.com',
    });
    const event = open({ headers, body: Buffer.from(body) }, new Date(1_795_773_600_000), theirs);
    expect(event).toEqual({ kind: 'event', externalIds: ['T1'] });
  });

  test.each([-300, 0, 300])('may be %d seconds off', (seconds) => {
    expect(open(signed(HOLA), new Date((DATE + seconds) * 1000))).toMatchObject({
      kind: 'event',
    });
  });

  const genuine = signed(HOLA);
  const { 'x-slack-signature': signature = '', 'x-slack-request-timestamp': at } = genuine.headers;
  const spoiled = Buffer.from(genuine.body);
  spoiled[spoiled.length - 2] = (spoiled[spoiled.length - 2] ?? 0) ^ 1;

  test.each<[string, Partial<typeof genuine>]>([
    ['without any proof', { headers: {} }],
    ['without a signature', { headers: { 'x-slack-request-timestamp': at } }],
    ['without a time', { headers: { 'x-slack-signature': signature } }],
    ['with one bit turned', { body: spoiled }],
    ['with an empty body', { body: Buffer.alloc(0) }],
    ['with a line break more', { body: Buffer.concat([genuine.body, Buffer.from('\n')]) }],
    [
      'signed in capitals',
      { headers: { ...genuine.headers, 'x-slack-signature': signature.toUpperCase() } },
    ],
    [
      'signed twice',
      { headers: { ...genuine.headers, 'x-slack-signature': `${signature}, ${signature}` } },
    ],
    [
      'of a later version',
      { headers: { ...genuine.headers, 'x-slack-signature': signature.replace('v0', 'v1') } },
    ],
    [
      'of another time',
      { headers: { ...genuine.headers, 'x-slack-request-timestamp': String(DATE + 1) } },
    ],
    [
      'whose time is no number',
      { headers: { ...genuine.headers, 'x-slack-request-timestamp': `${DATE}.0` } },
    ],
  ])('is missed %s', (_what, change) => {
    expect(() => open({ ...genuine, ...change })).toThrow(
      expect.objectContaining({ failure: 'signature' }),
    );
  });

  test.each([-301, 301, 86_400])('is missed %d seconds away', (seconds) => {
    const away = new Date((DATE + seconds) * 1000);
    expect(() => open(signed(HOLA), away)).toThrow(
      expect.objectContaining({ failure: 'signature' }),
    );
  });

  test("is missed with another app's secret", () => {
    expect(() => open(signed(HOLA, 'another secret'))).toThrow(
      expect.objectContaining({ failure: 'signature' }),
    );
  });
});

describe('the question whether the address is ours', () => {
  const question = { type: 'url_verification', token: 't', challenge: '3eZbrw1aBm2rZgRNFdxV' };

  test('is answered with its challenge', () => {
    expect(open(outer(question))).toEqual({
      kind: 'answer',
      body: { challenge: '3eZbrw1aBm2rZgRNFdxV' },
    });
  });

  test('is answered only when it is proven', () => {
    const unproven = { headers: {}, body: Buffer.from(JSON.stringify(question)) };
    expect(() => open(unproven)).toThrow(expect.objectContaining({ failure: 'signature' }));
  });
});

describe('an event', () => {
  const authorized = (authorizations: object[], more: object = {}) =>
    open(signed(posted({ type: 'message' }, { authorizations, ...more })));

  test.each([
    ['its workspace', [{ team_id: TEAM }], {}, [TEAM]],
    ['the workspace whose bot sees it', [{ team_id: 'T1' }], { team_id: 'T2' }, ['T1']],
    [
      'the organisation that installed the app',
      [{ team_id: 'T1', enterprise_id: 'E1', is_enterprise_install: true }],
      {},
      ['E1'],
    ],
    [
      'the workspace of an organisation that installed it by itself',
      [{ team_id: 'T1', enterprise_id: 'E1', is_enterprise_install: false }],
      { enterprise_id: 'E1' },
      ['T1'],
    ],
    ['all that are named, where none is authorized', [], { enterprise_id: 'E1' }, [TEAM, 'E1']],
    ['each of them once', [{ team_id: TEAM }, { team_id: TEAM }], {}, [TEAM]],
    ['nobody, where nobody is named', [], { team_id: null }, []],
  ])('is for %s', (_whom, authorizations, more, externalIds) => {
    expect(authorized(authorizations, more)).toEqual({ kind: 'event', externalIds });
  });

  test.each(['tokens_revoked', 'app_uninstalled'])('%s makes the channel be looked at', (type) => {
    expect(open(signed(posted({ type })))).toEqual({
      kind: 'event',
      externalIds: [TEAM],
      isCheckDue: true,
    });
  });

  test.each([
    { type: 'app_rate_limited', team_id: TEAM, minute_rate_limited: DATE },
    { type: 'url_verification' },
    { type: 'something_new', team_id: TEAM },
    { team_id: TEAM },
    [],
    'text',
  ])('%j is for nobody', (body) => {
    expect(open(outer(body as object))).toEqual({ kind: 'event', externalIds: [] });
  });
});

test('no channel has a webhook of its own', () => {
  expect(connector.receive).toBeUndefined();
});
