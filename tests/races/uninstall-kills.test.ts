import { jest } from '@jest/globals';
import { type Backends, openBackends } from '../support/backends.ts';
import { connectBot } from '../support/channels.ts';

jest.setTimeout(120_000);

/** How long others believe that the killed one is still asking. */
const TAKEN_OVER_MS = 45_000;

let backends: Backends;

beforeAll(async () => {
  backends = await openBackends();
});

afterAll(() => backends.close());

test('an uninstall happens although the process is killed while Kommo is asked about it', async () => {
  const backend = await backends.start();
  await backends.emulator.install('demo');
  await backend.waitFor(async () => {
    const answer = await backend.api('GET', '/messenger/settings');
    return answer.body.install?.state === 'active';
  });
  await connectBot(backend, 1);
  const question = { host: 'demo.kommo.com', path: '/api/v4/account' };
  const asked = () => backends.emulator.requests(question).length;
  const before = asked();
  backends.emulator.fault({ match: question, action: 'hang' });
  expect(await backends.emulator.disable('demo')).toEqual([200]);
  await backend.waitFor(() => asked() > before);
  await backend.kill();
  backends.emulator.clearFaults();

  const next = await backends.start();
  await next.waitFor(async () => {
    const { body } = await next.api('GET', '/messenger/channels');
    return body._total_items === 0;
  }, TAKEN_OVER_MS);
});
