import { randomUUID } from 'node:crypto';
import type { Channel } from '../../src/contract/api.ts';
import { readSettings } from '../support/channels.ts';
import type { PhoneService } from '../support/connect-services.ts';
import type { TestServer } from '../support/start-server.ts';
import { allDone, storedMessages } from './chats.ts';
import { NUMBERS, order, startWhatsApp, whatsAppConversation } from './whatsapp-chats.ts';

let server: TestServer;
let channels: Record<PhoneService, Channel>;

const TEXT = 'This is a test message. You do not need to do anything.';

beforeAll(async () => {
  ({ server, channels } = await startWhatsApp());
});
afterAll(async () => {
  await server.close();
  await server.emulator.close();
});

describe.each(['waha', 'evolution'] as const)('%s', (service) => {
  test.each(['phone', 'lid', 'hidden'] as const)(
    'a test message goes to the account’s own number, and Kommo does not hear of it, also when it is told by %s',
    async (addressing) => {
      const { id } = channels[service];
      const own = whatsAppConversation(server, service, NUMBERS[service]);
      await own.become({ addressing });
      await server.context.db.updateTable('channels').set({ testedAt: null }).execute();
      const before = (await own.toClient()).length;
      const answer = await server.api('POST', `/messenger/channels/${id}/test`, {
        key: randomUUID(),
      });
      expect(answer).toMatchObject({ status: 202, body: { sent_to: `+${NUMBERS[service]}` } });
      await server.waitFor(async () => (await own.toClient()).length === before + 1);
      expect((await own.toClient()).at(-1)).toBe(TEXT);
      await settled(service);
      await allDone(server);
      expect(server.emulator.state.chats).toEqual([]);
      expect((await storedMessages(server)).every(({ state }) => state !== 'failed')).toBe(true);
    },
  );

  test('the channel says that it is tested with its own number', async () => {
    const { channels: shown } = await readSettings(server);
    const { id } = channels[service];
    expect(shown.find((one) => one.id === id)?.test).toBe('own_number');
  });
});

/** Until the server has told all it has to tell. */
async function settled(service: PhoneService): Promise<void> {
  if (service === 'waha') {
    await server.waitFor(async () => (await order(server, 'waha/judge')).open_deliveries === 0);
    return;
  }
  await server.waitFor(async () => {
    const { troubled } = await order<{ troubled: { state: string }[] }>(server, 'evolution/judge');
    return troubled.every(({ state }) => state !== 'waiting');
  });
}
