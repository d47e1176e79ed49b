import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call } from '../support/emulator-client.ts';

describe('the verdict on a run', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator();
  });
  afterAll(() => emulator.close());
  beforeEach(() => emulator.reset());

  const judge = (query = '') => call(emulator, `/__emulator/verdict${query}`);
  const record = (...entries: { kind: string; name: string; message?: string }[]) =>
    call(emulator, '/__emulator/log', {
      json: entries.map(({ kind, name, message = '' }) => ({ kind, name, detail: { message } })),
    });
  const ran = { kind: 'callback', name: 'init', message: 'returned' };

  test('is bad while no widget ran: a run that tried nothing is no clean run', async () => {
    await record({ kind: 'callback', name: 'onSave', message: 'not defined by the widget' });
    const { status, json } = await judge();
    expect(status).toBe(417);
    expect(json).toMatchObject({ ok: false, callbacks: 0 });
    expect((json as { summary: string }).summary).toContain('No widget ran');
  });

  test('is good when callbacks ran without an error', async () => {
    await record(ran, { kind: 'warning', name: 'alert', message: 'moderation refuses' });
    const { status, json } = await judge();
    expect(status).toBe(200);
    expect(json).toEqual({
      ok: true,
      summary: '0 error(s), 1 warning(s), 1 callback(s) of the widget.',
      errors: 0,
      warnings: 1,
      callbacks: 1,
      lines: [],
    });
  });

  test('names what went wrong', async () => {
    await record(ran, { kind: 'error', name: 'widget', message: 'script.js: render failed.' });
    const { status, json } = await judge();
    expect(status).toBe(417);
    expect(json).toMatchObject({
      ok: false,
      errors: 1,
      lines: [{ kind: 'error', name: 'widget', message: 'script.js: render failed.' }],
    });
  });

  test('counts warnings when asked to, but for those that are ignored', async () => {
    await record(
      ran,
      { kind: 'warning', name: 'alert', message: 'moderation refuses' },
      { kind: 'warning', name: 'console.log', message: 'moderation refuses' },
    );
    expect((await judge('?fail=warning')).json).toMatchObject({ ok: false, warnings: 2 });
    expect((await judge('?fail=warning&ignore=alert&ignore=console.log')).status).toBe(200);
    expect((await judge('?fail=never')).status).toBe(400);
  });

  test('is bad when lines were lost', async () => {
    for (let line = 0; line < 10_001; line += 1)
      emulator.world.log.add({ kind: 'page', name: 'x' });
    await record(ran);
    const { json } = await judge();
    expect(json).toMatchObject({ ok: false });
    expect((json as { summary: string }).summary).toContain('2 older lines are lost');
    await call(emulator, '/__emulator/log', { method: 'DELETE' });
    await record(ran);
    expect((await judge()).status).toBe(200);
  });
});
