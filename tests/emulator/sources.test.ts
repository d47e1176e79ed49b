import { call, installed } from '../support/emulator-client.ts';
import {
  emulatedSources,
  numberedSources as numbered,
  sourcesIn,
} from '../support/emulator-sources.ts';

describe('the sources API', () => {
  const sources = emulatedSources();
  const { ask } = sources;

  test('answers an empty list, and a source that is not there, with 204', async () => {
    for (const path of ['', '/1', '?filter[external_id]=no']) {
      const reply = await ask('GET', path);
      expect(reply).toMatchObject({ status: 204, text: '' });
      expect(reply.headers['content-type']).toBeUndefined();
    }
  });

  test('creates, lists, filters, changes and deletes', async () => {
    const created = await ask('POST', '', [
      { name: 'Support', external_id: 'a', pipeline_id: 7002, default: true, request_id: 'x' },
      { name: 'Sales', external_id: 'b', origin_code: 'kommo.ext.20261122' },
    ]);
    expect(created.status).toBe(200);
    expect(created.headers['content-type']).toBe('application/hal+json');
    expect(sourcesIn(created)).toEqual([
      {
        id: expect.any(Number),
        name: 'Support',
        external_id: 'a',
        pipeline_id: 7002,
        default: true,
        origin_code: null,
        services: [],
        request_id: 'x',
        _links: { self: { href: expect.stringMatching(/^https:\/\/demo\.kommo\.com\/api\/v4\//) } },
      },
      // Without a pipeline: the main one. Without a request id: its place in the batch.
      expect.objectContaining({
        external_id: 'b',
        pipeline_id: 7001,
        default: false,
        request_id: '1',
      }),
    ]);
    const [a, b] = sourcesIn(created);
    expect(sourcesIn(await ask('GET'))).toHaveLength(2);
    expect(sourcesIn(await ask('GET', '?filter[external_id][]=b'))).toMatchObject([{ id: b?.id }]);
    const changed = await ask('PATCH', '', [{ id: b?.id, name: 'New', pipeline_id: 7003 }]);
    expect(sourcesIn(changed)).toMatchObject([{ name: 'New', pipeline_id: 7003 }]);
    const single = await ask('PATCH', `/${a?.id}`, { name: 'Single' });
    expect(single.json).toMatchObject({ id: a?.id, name: 'Single' });
    expect((await ask('DELETE', '', [{ id: a?.id }])).status).toBe(204);
    expect((await ask('DELETE', `/${b?.id}`)).status).toBe(204);
    expect((await ask('GET')).status).toBe(204);
  });

  test('has one default at most, and names no other when it goes', async () => {
    await ask('POST', '', [
      { name: 'A', external_id: 'a', default: true },
      { name: 'B', external_id: 'b' },
    ]);
    const [, b] = sourcesIn(await ask('GET'));
    await ask('PATCH', '', [{ id: b?.id, default: true }]);
    const after = sourcesIn(await ask('GET'));
    expect(after.map((one) => one.default)).toEqual([false, true]);
    await ask('DELETE', `/${b?.id}`);
    expect(sourcesIn(await ask('GET')).map((one) => one.default)).toEqual([false]);
  });

  test('gives a deleted external id its old id back, unless told otherwise', async () => {
    const [first] = sourcesIn(await ask('POST', '', numbered(1)));
    await ask('DELETE', `/${first?.id}`);
    const [again] = sourcesIn(await ask('POST', '', numbered(1)));
    expect(again?.id).toBe(first?.id);
    sources.emulator.setSwitches({ deletedSourceIdReuse: 'off' });
    await ask('DELETE', `/${first?.id}`);
    const [other] = sourcesIn(await ask('POST', '', numbered(1)));
    expect(other?.id).not.toBe(first?.id);
  });

  test('does not change an external id', async () => {
    const [one] = sourcesIn(await ask('POST', '', numbered(1)));
    expect((await ask('PATCH', '', [{ id: one?.id, external_id: 'other' }])).status).toBe(400);
    expect((await ask('PATCH', '', [{ id: one?.id, external_id: 'source-0' }])).status).toBe(200);
  });

  test('tells of an unknown id in a batch in the other documented form, deleting nothing', async () => {
    const [one] = sourcesIn(await ask('POST', '', numbered(1)));
    const reply = await ask('DELETE', '', [{ id: one?.id }, { id: 31075178 }]);
    expect(reply.status).toBe(400);
    expect(reply.json).toEqual({
      errors: [
        {
          request_id: '1',
          errors: {
            code: 'EntityNotFound',
            path: 'id',
            detail: 'source with id = 31075178 not found',
          },
        },
      ],
      title: 'Bad Request',
      type: 'https://httpstatus.es/400',
      status: 400,
      detail: 'Invalid request items',
    });
    expect(sourcesIn(await ask('GET'))).toHaveLength(1);
  });

  test('answers the deletion of an unknown id in either of two forms', async () => {
    expect((await ask('DELETE', '/1')).json).toMatchObject({ status: 404 });
    sources.emulator.setSwitches({ deleteUnknownSource: 'text' });
    expect(await ask('DELETE', '/1')).toMatchObject({ status: 404, text: 'Not Found' });
  });

  test('keeps the sources of integrations and accounts apart', async () => {
    await ask('POST', '', numbered(1));
    const other = (await installed(sources.emulator, 'other')).access_token;
    const reply = await ask('GET', '', undefined, { token: other, host: 'other.kommo.com' });
    expect(reply.status).toBe(204);
  });

  test('is closed to users who are no administrators, to pages, and to integrations without the place', async () => {
    const weak = (await installed(sources.emulator, 'demo', 8002)).access_token;
    expect((await ask('GET', '', undefined, { token: weak })).status).toBe(403);
    const headers = { cookie: 'emulator_user=8001' };
    const page = await call(sources.emulator, '/api/v4/sources', { headers, json: numbered(1) });
    expect(page.status).toBe(403);
    sources.emulator.world.integration().locations = ['settings'];
    expect((await ask('POST', '', numbered(1))).status).toBe(403);
  });

  test('refuses a dead token with 401, or on reading with 403 when told to', async () => {
    expect((await ask('GET', '', undefined, { token: 'dead' })).status).toBe(401);
    sources.emulator.setSwitches({ getSourcesUnauthorised: '403' });
    expect((await ask('GET', '', undefined, { token: 'dead' })).status).toBe(403);
    expect((await ask('POST', '', numbered(1), { token: 'dead' })).status).toBe(401);
  });

  test('loses a source that a person deletes in the interface', async () => {
    await ask('POST', '', numbered(2));
    expect(sources.emulator.deleteSource('source-0')).toBe(true);
    expect(sources.emulator.deleteSource('source-0')).toBe(false);
    expect(sourcesIn(await ask('GET'))).toMatchObject([{ external_id: 'source-1' }]);
  });
});
