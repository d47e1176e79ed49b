import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { readAnswerForm, readModuleForm } from '../../src/emulator/kommo/supply-forms.ts';
import { type Call, call } from '../support/emulator-client.ts';

describe('what a developer supplies', () => {
  let folder: string;
  let emulator: Emulator;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'supplies-'));
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    emulator = await createEmulator({
      modules: [readModuleForm(`lib/common/fn=${write('fn.js', 'define([], () => 1);')}`)],
      answers: [
        readAnswerForm(`GET /ajax/tags/:id/list=${write('tags.json', '["new"]')}`),
        readAnswerForm(`post /ajax/notes=201:${write('note.txt', 'noted')}`),
        readAnswerForm('DELETE /api/v4/leads/*=204'),
        readAnswerForm(`GET /tmpl/common/own.twig=${write('own.twig', '<b>{{ n }}</b>')}`),
        readAnswerForm(`GET /api/v4/account=503:${write('account.json', '{"mine":true}')}`),
      ],
    });
  });
  afterAll(async () => {
    await emulator.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => emulator.reset());

  const ask = (path: string, options: Call = {}) => call(emulator, path, options);
  const boot = async () => {
    const { text } = await ask('/settings/widgets/');
    const json = /id="emulator-boot">(.*?)<\/script>/s.exec(text)?.[1] ?? '{}';
    return JSON.parse(json) as {
      modules: { supplied: string[] };
      templates: Record<string, string>;
    };
  };

  test('is answered from its file, with the type of its extension', async () => {
    const { status, json, headers } = await ask('/ajax/tags/7/list?page=2');
    expect([status, json, headers['content-type']]).toEqual([
      200,
      ['new'],
      'application/json; charset=utf-8',
    ]);
  });

  test('is read again when the file has changed', async () => {
    writeFileSync(join(folder, 'tags.json'), '["old"]');
    expect((await ask('/ajax/tags/7/list')).json).toEqual(['old']);
    writeFileSync(join(folder, 'fn.js'), 'define([], () => 2);');
    expect((await ask('/frontend/supplied/lib/common/fn.js')).text).toContain('2');
  });

  test('may have a status with a file, or alone', async () => {
    const noted = await ask('/ajax/notes', { method: 'POST' });
    expect([noted.status, noted.text]).toEqual([201, 'noted']);
    const gone = await ask('/api/v4/leads/5/tags/6', { method: 'DELETE' });
    expect([gone.status, gone.text]).toEqual([204, '']);
  });

  test('goes before what the emulator answers itself, on every host of Kommo', async () => {
    const hosts = ['demo.kommo.com', 'api-b.kommo.com', 'amojo.kommo.com', 'www.kommo.com'];
    for (const host of hosts) {
      expect((await ask('/api/v4/account', { host })).json).toEqual({ mine: true });
    }
  });

  test("never hides the remote control or the page's own scripts", async () => {
    emulator.world.supplies.post({ method: '*', path: '/*', status: 418 });
    expect((await ask('/__emulator/clock')).status).toBe(200);
    expect((await ask('/frontend/vendor/jquery.js')).status).toBe(200);
    expect((await ask('/settings/widgets/')).status).toBe(418);
  });

  test('may be asked for by the page of an account from another host', async () => {
    const headers = {
      origin: 'http://demo.kommo.localhost:9000',
      'access-control-request-headers': 'x-one',
    };
    const asked = await ask('/ajax/notes', { method: 'OPTIONS', host: 'amojo.kommo.com', headers });
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': headers.origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'x-one',
    });
  });

  test('is a module of the page under its name, or a template', async () => {
    const { modules, templates } = await boot();
    expect(modules.supplied).toEqual(['lib/common/fn']);
    expect(templates['/tmpl/common/own.twig']).toBe('<b>{{ n }}</b>');
    expect((await ask('/frontend/supplied/lib/common/other.js')).status).toBe(404);
  });

  test('can be posted; the newest counts, and a reset forgets it', async () => {
    const post = (json: object) => ask('/__emulator/answers', { json });
    const first = await post({ path: '/ajax/tags/1/list', body: { posted: 1 } });
    await post({ path: '/ajax/tags/1/list', body: 'two', status: 202 });
    const now = await ask('/ajax/tags/1/list');
    expect([now.status, now.text]).toEqual([202, 'two']);
    expect((await ask('/__emulator/answers')).json).toMatchObject({
      answers: [{ status: 202 }, { status: 200 }, {}, {}, {}, {}, {}],
    });
    const { id } = first.json as { id: number };
    const forget = () => ask(`/__emulator/answers?id=${id}`, { method: 'DELETE' });
    expect((await forget()).status).toBe(200);
    expect((await forget()).status).toBe(404);
    emulator.reset();
    expect((await ask('/ajax/tags/1/list')).json).toEqual(['old']);
  });

  test.each([
    [{}, 'path: a text is expected'],
    [{ path: 'a' }, 'a: the path begins with /'],
    [{ path: '/a', status: 99 }, '99: the status is 200 to 599'],
    [{ path: '/a', method: 'FETCH' }, 'FETCH: the method is one of'],
  ])('is refused as %j with the reason', async (json, reason) => {
    const { status, text } = await ask('/__emulator/answers', { json });
    expect(status).toBe(400);
    expect(text).toContain(reason);
  });

  test('is named where the emulator has no answer', async () => {
    const { status, headers } = await ask('/ajax/v9/nothing?token=1', { method: 'PUT' });
    expect(status).toBe(404);
    expect(headers['x-emulator-hint']).toContain('--answer "PUT /ajax/v9/nothing=answer.json"');
    const wrongMethod = await ask('/ajax/widgets/edit');
    expect(wrongMethod.status).toBe(405);
    expect(wrongMethod.headers['x-emulator-hint']).toContain('GET /ajax/widgets/edit');
    expect((await ask('/api/v4/leads/404', { token: 'x' })).headers).not.toHaveProperty(
      'x-emulator-hint',
    );
  });
});
