import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { askToken, call } from '../support/emulator-client.ts';

const UUID = '5f0c1c5e-7f1d-4d8b-9a53-2f1b6f0c7a11';

describe("requests of Kommo's own page that widgets make, too", () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator();
    emulator.useBackend('http://127.0.0.1:1');
  });
  afterAll(() => emulator.close());
  beforeEach(() => emulator.reset());

  const ask = (path: string, json?: object, user = 8001) =>
    call(emulator, path, {
      headers: { 'x-requested-with': 'XMLHttpRequest', cookie: `emulator_user=${user}` },
      ...(json && { json }),
    });

  test('add a template of the account, which its page then lists', async () => {
    const request = {
      name: 'Birthday',
      content: 'Happy birthday!',
      is_editable: true,
      reviews: null,
    };
    const { json } = await ask('/ajax/v1/chats/templates/add', { request });
    const { added } = (json as { response: { chats: { templates: { added: number } } } }).response
      .chats.templates;
    expect(added).toBeGreaterThan(0);
    expect((await ask('/ajax/v4/chats/templates')).json).toMatchObject({
      _embedded: { chat_templates: [{ id: added, name: 'Birthday', is_editable: true }] },
    });
  });

  test('refuse a template without a text, and a stranger', async () => {
    const refused = await ask('/ajax/v1/chats/templates/add', { request: { name: 'Birthday' } });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('request.content');
    expect((await call(emulator, '/ajax/v1/chats/templates/add', { json: {} })).status).toBe(401);
  });

  test('tell who belongs to which group', async () => {
    const { json } = await ask('/ajax/get_managers_with_group/', {});
    expect(json).toMatchObject({
      groups: { group_0: expect.any(String) },
      managers: { 8001: { id: '8001', title: 'Ana Admin', group: 'group_0' } },
    });
    expect((json as { managers: object }).managers).not.toHaveProperty('8004');
    expect((await ask('/ajax/get_managers_with_group/')).json).toEqual(json);
  });

  test('list the pipelines with their stages by id, incoming leads only when asked for', async () => {
    const stages = async (query: string) => {
      const { json } = await ask(`/ajax/v1/pipelines/list${query}`);
      const { pipelines } = (json as { response: { pipelines: Record<string, Pipeline> } })
        .response;
      const [first] = Object.values(pipelines);
      expect(Object.keys(pipelines)).toContain(String(first?.id));
      return Object.values(first?.statuses ?? {}).map(({ type }) => type);
    };
    expect(await stages('')).not.toContain(1);
    expect(await stages('?with_unsorted=true')).toContain(1);
  });

  test('show an administrator a code that can be exchanged, once the integration is installed', async () => {
    const path = `/ajax/v2/integrations/${UUID}/authorization_code`;
    expect((await ask(path, {})).status).toBe(409);
    await emulator.install('demo');
    expect((await ask(path, {}, 8002)).status).toBe(403);
    const { code } = (await ask(path, {})).json as { code: string };
    // Looking again shows the same one.
    expect((await ask(path, {})).json).toEqual({ code });
    const exchange = () => askToken(emulator, { grant_type: 'authorization_code', code });
    expect((await exchange()).status).toBe(200);
    expect((await exchange()).status).toBe(400);
    expect((await ask(path, {})).json).not.toEqual({ code });
  });
});

interface Pipeline {
  id: number;
  statuses: Record<string, { type: number }>;
}
