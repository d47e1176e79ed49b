import { parseAccountHost } from '../../src/server/kommo/account-host.ts';
import { isKommoError, type KommoError } from '../../src/server/kommo/errors.ts';
import { SOURCES_PER_REQUEST } from '../../src/server/kommo/rest/sources.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { lastCode } from '../support/emulator-client.ts';
import { type KommoBench, openKommoBench } from '../support/kommo.ts';

const REST = { host: 'demo.kommo.com', path: '/api/v4/*' };
const AMOJO_ID = '52e591f7-c98f-4255-8495-827210138c81';

let bench: KommoBench;

beforeAll(async () => {
  bench = await openKommoBench();
});

afterAll(() => bench.close());

beforeEach(async () => {
  await bench.reset();
  await bench.install('demo');
});

async function errorOf(promise: Promise<unknown>): Promise<KommoError | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (isKommoError(error)) return error;
    throw error;
  }
}

function sent(path: string, method: string) {
  return bench.emulator.requests({ path, method });
}

function numbered(from: number, to: number) {
  return Array.from({ length: to - from }, (_, index) => ({
    externalId: `source-${from + index}`,
    name: `Source ${from + index}`,
    pipelineId: 7001,
    isDefault: false,
  }));
}

test('an authorization code is traded for tokens, whose account is asked and claimed', async () => {
  await bench.emulator.install('other');
  const host = parseAccountHost('other.kommo.com');
  if (host === undefined) throw new Error('No such host.');
  const pair = await bench.kommo.exchangeCode(host, lastCode(bench.emulator));
  expect(pair).toMatchObject({
    apiDomain: 'api-c.kommo.com',
    scopes: expect.arrayContaining(['crm']),
  });
  expect(bench.kommo.claimedAccountId(pair.accessToken)).toBe(OTHER.id);
  expect(await bench.kommo.accountOfToken(host, pair.accessToken)).toMatchObject({
    id: OTHER.id,
    language: 'pt',
  });
  const again = await errorOf(bench.kommo.exchangeCode(host, lastCode(bench.emulator)));
  expect(again).toMatchObject({
    kind: 'rejected',
    api: 'token',
    hint: expect.stringContaining('revoked'),
  });
});

describe('an account', () => {
  test('tells its name, language, country and chat id', async () => {
    expect(await bench.kommo.account(DEMO.id)).toEqual({
      id: DEMO.id,
      name: 'Demo Company',
      subdomain: 'demo',
      language: 'en',
      country: 'US',
      amojoId: AMOJO_ID,
    });
  });

  test('is read whatever Kommo adds to it or leaves out', async () => {
    bench.emulator.fault({
      match: REST,
      action: { extra: { amojo_id: null, language: null, country: 7, new: { a: [] } } },
    });
    expect(await bench.kommo.account(DEMO.id)).toMatchObject({
      language: 'en',
      country: '',
      amojoId: null,
    });
  });

  test('tells its pipelines, archived ones too', async () => {
    expect(await bench.kommo.pipelines(DEMO.id)).toEqual([
      { id: 7001, name: 'Sales', is_main: true, is_archived: false },
      { id: 7002, name: 'Support', is_main: false, is_archived: false },
      { id: 7003, name: 'Archive 2024', is_main: false, is_archived: true },
      { id: 7004, name: 'Partners', is_main: false, is_archived: false },
    ]);
  });

  test('tells who of its users is an administrator, free or inactive', async () => {
    const rights = async (id: number) => {
      const user = await bench.kommo.user(DEMO.id, id);
      return user && [user.isAdmin, user.isActive, user.isFree];
    };
    expect(await rights(DEMO.admin)).toEqual([true, true, false]);
    expect(await rights(DEMO.manager)).toEqual([false, true, false]);
    expect(await rights(DEMO.free)).toEqual([false, true, true]);
    expect((await rights(DEMO.inactive))?.[1]).toBe(false);
    expect(await rights(1)).toBeUndefined();
  });

  test.each([
    [{ is_admin: 'true', is_active: 1, is_free: 'no' }],
    [{ is_admin: 1, is_active: 'Y', is_free: null }],
    [{ is_free: 0 }],
  ])('gives nobody rights from %j', async (rights) => {
    bench.emulator.fault({ match: REST, action: { extra: { rights } } });
    expect(await bench.kommo.user(DEMO.id, DEMO.admin)).toMatchObject({
      isAdmin: false,
      isActive: false,
      isFree: true,
    });
  });
});

describe('sources', () => {
  test('are created, changed, listed and deleted', async () => {
    expect(await bench.kommo.sources(DEMO.id)).toEqual([]);
    const [first] = await bench.kommo.createSources(DEMO.id, numbered(0, 2));
    expect(first).toMatchObject({
      externalId: 'source-0',
      name: 'Source 0',
      pipelineId: 7001,
      isDefault: false,
      originCode: 'kommo.ext.20261122',
    });
    const id = first?.id ?? 0;
    await bench.kommo.updateSources(DEMO.id, [{ id, pipelineId: 7002, isDefault: true }]);
    const listed = await bench.kommo.sources(DEMO.id);
    expect(listed.find((source) => source.id === id)).toMatchObject({
      name: 'Source 0',
      pipelineId: 7002,
      isDefault: true,
    });
    await bench.kommo.deleteSources(
      DEMO.id,
      listed.map((source) => source.id),
    );
    expect(await bench.kommo.sources(DEMO.id)).toEqual([]);
  });

  test('are sent at most fifty at a time', async () => {
    const created = await bench.kommo.createSources(DEMO.id, numbered(0, 60));
    expect(created).toHaveLength(60);
    const sizes = sent('/api/v4/sources', 'POST').map(({ body }) => JSON.parse(body).length);
    expect(sizes).toEqual([50, 10]);
  });

  test('are sent as many at a time as the one limit says, whatever is done with them', async () => {
    const created = await bench.kommo.createSources(DEMO.id, numbered(0, SOURCES_PER_REQUEST + 7));
    const ids = created.map(({ id }) => id);
    await bench.kommo.updateSources(
      DEMO.id,
      ids.map((id) => ({ id, pipelineId: 7002 })),
    );
    await bench.kommo.deleteSources(DEMO.id, ids);
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      const sizes = sent('/api/v4/sources', method).map(({ body }) => JSON.parse(body).length);
      expect(sizes).toEqual([SOURCES_PER_REQUEST, 7]);
    }
  });

  test('that are gone already do not keep others from being deleted', async () => {
    const created = await bench.kommo.createSources(DEMO.id, numbered(0, 2));
    await bench.kommo.deleteSources(DEMO.id, [999_999, ...created.map(({ id }) => id)]);
    expect(await bench.kommo.sources(DEMO.id)).toEqual([]);
  });

  test('that took Kommo too long are sent again in halves, none of them twice', async () => {
    bench.emulator.fault({
      match: { path: '/api/v4/sources', method: 'POST' },
      action: { status: 504, body: '<html></html>' },
    });
    expect(await bench.kommo.createSources(DEMO.id, numbered(0, 10))).toHaveLength(10);
    const sizes = sent('/api/v4/sources', 'POST').map(({ body }) => JSON.parse(body).length);
    expect(sizes).toEqual([10, 5, 5]);
  });

  test('that Kommo refuses come with the path and code of what is wrong', async () => {
    const error = await errorOf(
      bench.kommo.createSources(DEMO.id, [
        { externalId: 'x'.repeat(80), name: '', pipelineId: 1, isDefault: false },
      ]),
    );
    expect(error).toMatchObject({ kind: 'rejected', status: 400 });
    expect(error?.fields?.length).toBeGreaterThan(0);
    expect(error?.fields?.[0]).toMatchObject({
      path: expect.any(String),
      code: expect.any(String),
    });
  });

  test.each(['401', '403'])('are read after the token died, shown by a %s', async (status) => {
    bench.emulator.setSwitches({ getSourcesUnauthorised: status });
    for (const one of bench.emulator.state.grants) one.is_access_revoked = true;
    expect(await bench.kommo.sources(DEMO.id)).toEqual([]);
  });
});

describe('templates', () => {
  test('are created and listed, all pages', async () => {
    expect(await bench.kommo.templates(DEMO.id)).toEqual([]);
    const created = await bench.kommo.createTemplate(DEMO.id, {
      name: 'Hello',
      content: 'Hi {{contact.name}}',
      externalId: 'hello',
    });
    expect(created).toMatchObject({
      name: 'Hello',
      content: 'Hi {{contact.name}}',
      external_id: 'hello',
      review_status: null,
      is_on_review: false,
    });
    const [known] = bench.emulator.state.templates;
    for (let id = 1; id <= 60 && known !== undefined; id += 1) {
      bench.emulator.state.templates.push({ ...known, id: 900_000 + id, external_id: `t-${id}` });
    }
    expect(await bench.kommo.templates(DEMO.id)).toHaveLength(61);
    expect(sent('/api/v4/chats/templates', 'GET')).toHaveLength(3);
  });
});

test('neither tokens nor secrets are in the log or in errors', async () => {
  await bench.expire(DEMO.id);
  bench.emulator.fault({ match: REST, times: 0, action: { status: 401 } });
  const error = await errorOf(bench.kommo.account(DEMO.id));
  const said = `${bench.logs.join('')} ${String(error)} ${error?.stack} ${JSON.stringify(error)}`;
  const { secret } = bench.emulator.state.channels[0] ?? { secret: '' };
  const secrets = [
    secret,
    bench.emulator.world.integration().client_secret,
    ...bench.emulator.state.grants.flatMap((one) => [one.access_token, one.refresh_token]),
    ...bench.emulator.state.codes.map(({ code }) => code),
  ];
  expect(secrets.length).toBeGreaterThan(5);
  for (const canary of secrets) expect(said).not.toContain(canary);
});
