import { parseAccountHost } from '../../src/server/kommo/account-host.ts';
import { readSettings as composedSettings } from '../../src/server/settings/read-settings.ts';
import {
  connectBot,
  readSettings,
  save,
  sourcesOf,
  syncEnd,
  tokenOf,
  unchanged,
} from '../support/channels.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('before the install the settings say where to authorize, and nothing else fails', async () => {
  const settings = await readSettings(server);
  expect(settings.install.state).toBe('authorization_required');
  expect(settings.install.authorize_url).toContain('/oauth?');
  expect(settings).toMatchObject({
    version: 0,
    status: 'new',
    account: { id: DEMO.id, subdomain: 'demo', domain: 'demo.kommo.com' },
    user: { id: DEMO.admin, is_admin: true },
    channels: [],
    default_channel_id: null,
    pipelines: [],
    sync: { state: 'never' },
    saved_by: null,
  });
  const refused = await save(server, unchanged(settings));
  expect(refused.status).toBe(403);
  expect(refused.body).toMatchObject({
    error: { code: 'kommo_reauthorize' },
    error_code: 1015,
    refresh_token_url: expect.stringContaining('/oauth?'),
  });
});

describe('after the install', () => {
  beforeAll(() => server.install());

  test('the settings show the account, its pipelines and what can be connected', async () => {
    const settings = await readSettings(server);
    expect(settings.install).toEqual({ state: 'active' });
    expect(settings.account).toMatchObject({ name: 'Demo Company', language: 'en', country: 'US' });
    expect(settings.pipelines).toContainEqual({
      id: 7001,
      name: 'Sales',
      is_main: true,
      is_archived: false,
    });
    expect(settings.pipelines).toContainEqual({
      id: 7003,
      name: 'Archive 2024',
      is_main: false,
      is_archived: true,
    });
    expect(settings.connectors.map(({ id, auth }) => [id, auth])).toEqual([
      ['telegram', 'api_key'],
      ['waha', 'qr'],
      ['evolution', 'qr'],
      ['slack', 'oauth'],
    ]);
    expect(settings.limits.channels).toEqual({ max: 50, used: 0 });
    expect(settings.preferences).toEqual({
      language: { mode: 'account', value: 'en' },
      country: { mode: 'account', value: 'US' },
    });
  });

  test('an install that ends while the settings are being read is not asked for again', async () => {
    const host = parseAccountHost('demo.kommo.com');
    if (!host) throw new Error('It is an account.');
    const { id: accountId, admin: userId } = DEMO;
    // As the account was when the request came.
    const caller = { accountId, userId, host, isAdminClaim: true, jti: 'x', account: undefined };
    const settings = await composedSettings(server.context, caller);
    expect(settings.install).toEqual({ state: 'active' });
    expect(settings.pipelines).not.toEqual([]);
  });

  test('a first channel comes with the main pipeline and as the default, but without a source', async () => {
    const channel = await connectBot(server, 1);
    expect(channel).toMatchObject({
      name: 'Numbered Bot 01',
      phone: '',
      phone_text: '',
      pipeline_id: 7001,
      pipeline_ids: [7001],
      is_multidevice_mode_on: 0,
      is_default: true,
      connector: 'telegram',
      status: 'connected',
      status_reason: null,
      account: { external_id: '7100000001', handle: '@demo_numbered_01_bot' },
    });
    expect(channel._links.self.href).toMatch(new RegExp(`/messenger/channels/${channel.id}$`));
    const settings = await readSettings(server);
    expect(settings).toMatchObject({ version: 0, status: 'new', default_channel_id: channel.id });
    expect(sourcesOf(server, DEMO.id)).toEqual([]);
  });

  test('the first save connects the chat channel, activates, and leads to one source', async () => {
    const settings = await readSettings(server);
    const saved = await save(server, unchanged(settings));
    expect(saved.status).toBe(200);
    expect(saved.body).toMatchObject({ version: 1, status: 'active', sync: { state: 'queued' } });
    expect(saved.body.saved_by).toEqual({ user_id: DEMO.admin, at: expect.any(String) });
    expect(server.emulator.state.scopes).toHaveLength(1);
    await syncEnd(server);
    expect((await readSettings(server)).sync).toEqual({
      state: 'done',
      finished_at: expect.any(String),
    });
    const [source, ...others] = sourcesOf(server, DEMO.id);
    expect(others).toEqual([]);
    expect(source).toMatchObject({
      name: 'Numbered Bot 01',
      pipeline_id: 7001,
      default: true,
      origin_code: 'kommo.ext.20261122',
    });
    expect(source?.external_id.length).toBeLessThanOrEqual(36);
    expect(await readSettings(server)).toEqual({ ...saved.body, sync: expect.anything() });
  });

  test('a second save does not connect the chat channel again', async () => {
    const before = connects();
    await saved(unchanged(await readSettings(server)));
    expect(connects()).toBe(before);
  });

  test('what a process of the release before saves is put down to nobody', async () => {
    const { version, saved_by } = await readSettings(server);
    expect(saved_by).toMatchObject({ user_id: DEMO.admin });
    await tablesOf(server.context.db)
      .updateTable('settings')
      .set({ version: version + 1, saved_at: new Date() })
      .execute();
    expect((await readSettings(server)).saved_by).toBeNull();
    await saved(unchanged(await readSettings(server)));
    expect((await readSettings(server)).saved_by).toMatchObject({ user_id: DEMO.admin });
  });

  test('renaming and moving a channel keeps its source', async () => {
    const [before] = sourcesOf(server, DEMO.id);
    const input = unchanged(await readSettings(server));
    const [channel] = input.channels;
    await saved({
      ...input,
      channels: [{ ...channel, name: 'Support line', pipeline_ids: [7002] }],
    });
    expect(sourcesOf(server, DEMO.id)).toEqual([
      { ...before, name: 'Support line', pipeline_id: 7002 },
    ]);
  });

  test('three pipelines make three sources, of which the first is the default', async () => {
    const input = unchanged(await readSettings(server));
    const [channel] = input.channels;
    await saved({ ...input, channels: [{ ...channel, pipeline_ids: [7004, 7001, 7002] }] });
    const sources = sourcesOf(server, DEMO.id);
    expect(sources.map((source) => source.pipeline_id).sort()).toEqual([7001, 7002, 7004]);
    expect(sources.filter((source) => source.default).map((source) => source.pipeline_id)).toEqual([
      7004,
    ]);
    expect(new Set(sources.map((source) => source.external_id)).size).toBe(3);
  });

  test('the default source follows the default channel', async () => {
    const second = await connectBot(server, 2);
    expect(second.is_default).toBe(false);
    const input = unchanged(await readSettings(server));
    await saved({ ...input, default_channel_id: second.id });
    const defaults = sourcesOf(server, DEMO.id).filter((source) => source.default);
    expect(defaults.map((source) => source.name)).toEqual(['Numbered Bot 02']);
  });

  test('a removed channel is disconnected at once and its sources go', async () => {
    const settings = await readSettings(server);
    const removed = settings.channels.find(({ is_default }) => is_default);
    const answer = await server.api('DELETE', `/messenger/channels/${removed?.id}`);
    expect([answer.status, answer.body]).toEqual([204, '']);
    const left = await readSettings(server);
    expect(left.channels).toHaveLength(1);
    expect(left.default_channel_id).toBe(left.channels[0]?.id);
    await syncEnd(server);
    expect(sourcesOf(server, DEMO.id).map(({ name }) => name)).not.toContain('Numbered Bot 02');
    await server.waitFor(() => webhookOf(2) === '');
    expect((await server.api('DELETE', `/messenger/channels/${removed?.id}`)).status).toBe(404);
  });
});

test('the same save again gets the same answer and saves once', async () => {
  const input = unchanged(await readSettings(server));
  const first = await save(server, input, 'one-key');
  const second = await save(server, input, 'one-key');
  expect(first.status).toBe(200);
  expect(second.body).toEqual(first.body);
  expect((await readSettings(server)).version).toBe(input.version + 1);
});

test('two administrators who save at once get one success and one readable conflict', async () => {
  const input = unchanged(await readSettings(server));
  const answers = await Promise.all([save(server, input), save(server, input)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test('one account neither sees nor touches another one’s channels', async () => {
  await server.install('other');
  const token = tokenOf(server, 'other', OTHER.admin);
  const [mine] = (await readSettings(server)).channels;
  const theirs = await readSettings(server, token);
  expect(theirs.channels).toEqual([]);
  expect((await server.api('DELETE', `/messenger/channels/${mine?.id}`, { token })).status).toBe(
    404,
  );
  const reconnect = await server.api('POST', '/messenger/channels', {
    token,
    key: 'foreign',
    body: { connector: 'telegram', channel_id: mine?.id },
  });
  expect(reconnect.status).toBe(404);
  const input = {
    ...unchanged(theirs),
    default_channel_id: mine?.id,
    channels: [{ id: mine?.id, name: 'mine now', pipeline_ids: [7101] }],
  };
  expect((await save(server, input, undefined, token)).status).toBe(422);
  expect((await readSettings(server)).channels[0]).toEqual(mine);
});

test('the channel collection has the guide’s shape', async () => {
  const { channels } = await readSettings(server);
  const answer = await server.api('GET', '/messenger/channels');
  expect(answer.body).toEqual({
    _total_items: channels.length,
    _embedded: { channels },
    _links: { self: { href: expect.stringMatching(/\/messenger\/channels$/) } },
  });
});

test('language and country follow the account until the admin fixes them', async () => {
  const account = server.emulator.state.accounts.find(({ id }) => id === DEMO.id);
  if (!account) throw new Error('The seed has the account.');
  account.language = 'pt';
  account.name = 'Empresa Demo';
  await tablesOf(server.context.db)
    .updateTable('accounts')
    .set({ refreshed_at: new Date(0) })
    .execute();
  await server.waitFor(async () => (await readSettings(server)).account.language === 'pt');
  const settings = await readSettings(server);
  expect(settings.account.name).toBe('Empresa Demo');
  expect(settings.preferences.language).toEqual({ mode: 'account', value: 'pt' });
  const language = { mode: 'fixed', value: 'es' };
  const input = unchanged(settings);
  const answer = await save(server, { ...input, preferences: { ...input.preferences, language } });
  expect(answer.body.preferences.language).toEqual(language);
});

function connects(): number {
  return server.emulator.requests({ path: '*/connect' }).length;
}

async function saved(body: unknown): Promise<void> {
  const answer = await save(server, body);
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  expect(await syncEnd(server)).toMatchObject({ state: 'done' });
}

/** Where the emulated Telegram would post this bot's messages; empty for nowhere. */
function webhookOf(number: number): string | undefined {
  const telegram = server.emulator.world.service<{
    bots: Record<string, { webhook: { url: string } }>;
  }>('telegram_bot_api', () => ({ bots: {} }));
  return Object.entries(telegram.bots).find(([token]) =>
    token.startsWith(`71000000${String(number).padStart(2, '0')}:`),
  )?.[1].webhook.url;
}
