import { isKommoError, type KommoError } from '../../src/server/kommo/errors.ts';
import { DEMO } from '../support/config.ts';
import { type KommoBench, openKommoBench } from '../support/kommo.ts';

const AMOJO_ID = '52e591f7-c98f-4255-8495-827210138c81';
const SCOPE = `344a5002-f8ca-454d-af3d-396180102ac7_${AMOJO_ID}`;

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

describe('the chat channel', () => {
  test.each(['200 same scope', '400'])(
    'is connected twice without harm (%s)',
    async (connectTwice) => {
      bench.emulator.setSwitches({ connectTwice, requireNewSignature: 'new only' });
      expect(await bench.kommo.connectChannel(DEMO.id, AMOJO_ID)).toBe(SCOPE);
      expect(await bench.kommo.connectChannel(DEMO.id, AMOJO_ID)).toBe(SCOPE);
      expect(bench.emulator.state.scopes).toMatchObject([
        { is_connected: true, title: 'Chat Connector' },
      ]);
    },
  );

  test('is disconnected, and it does not matter if it was not connected', async () => {
    await bench.kommo.connectChannel(DEMO.id, AMOJO_ID);
    await bench.kommo.disconnectChannel('kommo.com', AMOJO_ID);
    expect(bench.emulator.state.scopes).toMatchObject([{ is_connected: false }]);
    await bench.kommo.disconnectChannel('kommo.com', AMOJO_ID);
    await bench.kommo.disconnectChannel('kommo.com', '00000000-0000-0000-0000-000000000000');
  });

  test('is refused by name of the interface when the secret is wrong or the channel unknown', async () => {
    const [channel] = bench.emulator.state.channels;
    if (channel === undefined) throw new Error('The seed has no channel.');
    channel.secret = '0'.repeat(40);
    expect(await errorOf(bench.kommo.connectChannel(DEMO.id, AMOJO_ID))).toMatchObject({
      kind: 'forbidden',
      api: 'amojo',
    });
    channel.id = '00000000-0000-0000-0000-000000000000';
    expect(await errorOf(bench.kommo.connectChannel(DEMO.id, AMOJO_ID))).toMatchObject({
      kind: 'not_found',
      api: 'amojo',
    });
  });
});
