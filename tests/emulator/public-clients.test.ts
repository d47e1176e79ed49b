import { createRequire } from 'node:module';
import { AmoApiClient, AmoJoChannelClient, AmoService } from '@mobilon-dev/amotop';
import { Amo } from '@shevernitskiy/amo';
import { Agent, fetch as undiciFetch } from 'undici';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { lastCode } from '../support/emulator-client.ts';

// Two clients of the vendor's API, written by others against the real one and unchanged here. Both insist on
// `https://<account host>`; what carries their requests is pointed at the emulator underneath them, with the real host named.
const realFetch = globalThis.fetch;

/** Every name is this machine. */
const loopback = new Agent({
  connect: {
    lookup: (_name, options, found) => {
      if (options.all) found(null, [{ address: '127.0.0.1', family: 4 }]);
      else found(null, '127.0.0.1', 4);
    },
  },
});

interface AxiosConfig {
  baseURL?: string;
  headers: { set(name: string, value: string): void };
}
type Adapter = (config: AxiosConfig) => Promise<unknown>;
interface Axios {
  defaults: { adapter: unknown };
  getAdapter(name: string): Adapter;
}

/** The very axios that amotop loads. */
function findAxios(): Axios {
  const require = createRequire(import.meta.url);
  return createRequire(require.resolve('@mobilon-dev/amotop'))('axios') as Axios;
}

describe('clients that others wrote for the real API', () => {
  let emulator: Emulator;
  const axios = findAxios();
  const realAdapter = axios.defaults.adapter;

  beforeAll(async () => {
    emulator = await createEmulator({ seed: { switches: { rateLimit: 0 } } });
    emulator.useBackend('http://127.0.0.1:1');
    axios.defaults.adapter = (config: AxiosConfig) => {
      const url = new URL(config.baseURL ?? '');
      config.headers.set('host', url.host);
      const baseURL = emulator.url + url.pathname.replace(/\/$/, '');
      return axios.getAdapter('http')({ ...config, baseURL });
    };
    const redirected = (input: unknown, init: RequestInit = {}) => {
      const { hostname, pathname, search } = new URL(String(input));
      const address = `http://${hostname}:${emulator.port}${pathname}${search}`;
      return undiciFetch(address, { ...(init as object), dispatcher: loopback });
    };
    globalThis.fetch = redirected as typeof fetch;
  });
  afterAll(async () => {
    axios.defaults.adapter = realAdapter;
    globalThis.fetch = realFetch;
    await loopback.destroy();
    await emulator.close();
  });
  beforeEach(async () => {
    emulator.reset();
    await emulator.install('demo');
  });

  const credentials = () => {
    const { client_id, client_secret, redirect_uri } = emulator.world.integration();
    return { client_id, client_secret, redirect_uri };
  };

  describe('@shevernitskiy/amo', () => {
    const open = (more: object = {}) =>
      new Amo(
        'demo.kommo.com',
        {
          ...credentials(),
          grant_type: 'authorization_code',
          code: lastCode(emulator),
          ...more,
        },
        { request_delay: 0 },
      );

    test('exchanges the code and reads account, users and pipelines', async () => {
      const amo = open();
      expect(await amo.account.getAccount({ with: ['amojo_id'] })).toMatchObject({
        id: 31263018,
        amojo_id: '52e591f7-c98f-4255-8495-827210138c81',
      });
      expect((await amo.user.getUsers())._embedded.users).toHaveLength(4);
      expect((await amo.pipeline.getPipelines())._embedded.pipelines[0]).toMatchObject({
        id: 7001,
      });
      expect(amo.token).toMatchObject({ token_type: 'Bearer', expires_in: 86400 });
    });

    test('keeps sources', async () => {
      const amo = open();
      await expect(amo.source.getSources()).rejects.toThrow('204');
      const added = await amo.source.addSources([{ name: 'One', external_id: 'one' }]);
      expect(added._embedded.sources[0]).toMatchObject({ external_id: 'one', pipeline_id: 7001 });
      expect((await amo.source.getSources())._embedded.sources).toHaveLength(1);
    });

    test('finds one source among several, and the stages of a pipeline', async () => {
      const amo = open();
      await amo.source.addSources([
        { name: 'One', external_id: 'one' },
        { name: 'Two', external_id: 'two' },
      ]);
      const found = await amo.source.getSources({
        filter: (one) => one.multi('external_id', ['two']),
      });
      expect(found._embedded.sources.map(({ name }) => name)).toEqual(['Two']);
      const stages = await amo.pipeline.getStatusesByPipelineId(7001);
      // The client's own type names pipelines here.
      expect(stages).toMatchObject({ _total_items: 5, _embedded: { statuses: { length: 5 } } });
      expect(await amo.pipeline.getStatusesById(142, 7001)).toMatchObject({ id: 142, type: 0 });
    });

    test("meets the token endpoint's own error for a wrong secret", async () => {
      const refused = open({ client_secret: 'wrong' }).account.getAccount();
      await expect(refused).rejects.toMatchObject({
        response: { status: 401, type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson' },
      });
    });

    test('meets a problem document, under the exact content type it compares', async () => {
      const amo = open();
      await amo.account.getAccount();
      emulator.revoke('demo');
      const refused = amo.account.getAccount();
      await expect(refused).rejects.toMatchObject({
        response: { title: 'Unauthorized', status: 401 },
      });
    });
  });

  describe('@mobilon-dev/amotop', () => {
    const service = new AmoService({ timeout: 5000, debug: false });
    const exchange = (more: object = {}) =>
      service.exchangeCode('demo.kommo.com', {
        ...credentials(),
        code: lastCode(emulator),
        ...more,
      });
    const channel = (secret = emulator.state.channels[0]?.secret ?? '') =>
      new AmoJoChannelClient({
        amoChatDomain: 'amojo.kommo.com',
        channelId: emulator.state.channels[0]?.id ?? '',
        channelSecret: secret,
      });
    const ACCOUNT = '52e591f7-c98f-4255-8495-827210138c81';

    test('exchanges the code, refreshes, and reads account, users, pipelines and sources', async () => {
      const first = (await exchange()) as { refresh_token: string };
      const pair = (await service.exchangeAccessToken('demo.kommo.com', {
        ...credentials(),
        refresh_token: first.refresh_token,
      })) as { access_token: string };
      const api = new AmoApiClient('demo.kommo.com', pair.access_token);
      expect(await api.getAccount({ amojo_id: true })).toMatchObject({
        id: 31263018,
        amojo_id: ACCOUNT,
      });
      expect((await api.getUsers())._embedded.users).toHaveLength(4);
      expect((await api.getPipelines())._embedded.pipelines).toHaveLength(4);
      expect(await api.getSources()).toBe('');
    });

    test('connects and disconnects the chat channel', async () => {
      expect(await channel().connectChannel(ACCOUNT, 'Chats')).toMatchObject({
        account_id: ACCOUNT,
        scope_id: `${emulator.state.channels[0]?.id}_${ACCOUNT}`,
        title: 'Chats',
        hook_api_version: 'v2',
      });
      expect(emulator.state.scopes).toMatchObject([{ is_connected: true }]);
      await channel().disconnectChannel(ACCOUNT);
      expect(emulator.state.scopes).toMatchObject([{ is_connected: false }]);
    });

    test('is refused with wrong secrets and tokens', async () => {
      await expect(exchange({ client_secret: 'wrong' })).rejects.toThrow('401');
      await expect(channel('wrong').connectChannel(ACCOUNT, 'Chats')).rejects.toThrow('403');
      const api = new AmoApiClient('demo.kommo.com', 'unknown');
      await expect(api.getAccount({})).rejects.toMatchObject({
        response: { status: 401, data: { type: 'https://httpstatus.es/401' } },
      });
    });
  });
});
