import type { DevelopmentState, SourceFault } from '../../src/contract/development.ts';
import { DevelopmentServer, openServer } from '../../src/dev/development-server.ts';

const FAULT: SourceFault = { kind: 'types', file: 'src/widget/app.ts', line: 3, message: 'wrong' };

let server: DevelopmentServer;

beforeEach(async () => {
  server = await openServer(0);
});
afterEach(() => server.close());

function get(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.port}${path}`, init);
}

async function state(after = ''): Promise<DevelopmentState> {
  const answer = await get(`/development/state?after=${after}`);
  return (await answer.json()) as DevelopmentState;
}

function publish(text: string): void {
  const files = new Map([['app.js', Buffer.from(text)]]);
  server.publish(files, Buffer.from(`client of ${text}`));
}

test('a page of another origin may load a build, and no cache keeps it', async () => {
  publish('one');
  const { revision } = await state();
  const answer = await get(`/widget/${revision}/app.js?v=0.1.0`, {
    headers: { origin: 'https://demo.kommo.com' },
  });
  expect(await answer.text()).toBe('one');
  expect(answer.headers.get('content-type')).toMatch(/^text\/javascript/);
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('the browser’s question before a request to the developer’s machine is answered with yes', async () => {
  const answer = await get('/development/state', {
    method: 'OPTIONS',
    headers: {
      origin: 'https://demo.kommo.com',
      'access-control-request-method': 'GET',
      'access-control-request-private-network': 'true',
    },
  });
  expect(answer.status).toBe(204);
  expect(answer.headers.get('access-control-allow-private-network')).toBe('true');
});

test('whoever knows how things stand is answered when they change', async () => {
  publish('one');
  const first = await state();
  const next = state(first.id);
  server.report([FAULT]);
  expect(await next).toEqual({ ...first, id: expect.any(String), faults: [FAULT] });
  const mended = state((await next).id);
  server.report([]);
  expect((await mended).faults).toEqual([]);
});

test('a page that is just loading a build finds it while there are newer ones', async () => {
  publish('one');
  const { revision } = await state();
  publish('two');
  expect(await (await get(`/widget/${revision}/app.js`)).text()).toBe('one');
  expect((await state()).revision).not.toBe(revision);
  expect(await (await get('/development/client.js')).text()).toBe('client of two');
  for (const text of ['three', 'four']) publish(text);
  expect((await get(`/widget/${revision}/app.js`)).status).toBe(404);
});

test('a server that was started anew gives its builds other names', async () => {
  publish('one');
  const { revision } = await state();
  await server.close();
  server = await DevelopmentServer.start(0);
  publish('one');
  expect((await state()).revision).not.toBe(revision);
});

test('a taken port is named, with the variable that chooses another', async () => {
  await expect(openServer(server.port)).rejects.toThrow(/port \d+ is taken .*DEV_PORT=/);
});

test('what is not there is said', async () => {
  const answer = await get('/widget/none/app.js');
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('There is no /widget/none/app.js here');
});
