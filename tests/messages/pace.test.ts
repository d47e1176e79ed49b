import { connectNumber } from '../support/connect-services.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { saveAll } from '../support/telegram-stage.ts';
import { allDone } from './chats.ts';
import { NUMBERS, whatsAppConversation } from './whatsapp-chats.ts';

const SECONDS = 0.4;
const PEOPLE = 6;

const env = {
  WAHA_SECONDS_BETWEEN_MESSAGES: String(SECONDS),
  EVOLUTION_SECONDS_BETWEEN_MESSAGES: String(SECONDS),
};

/** Two replicas on one database; what people write goes to the second one. */
let servers: [TestServer, TestServer];

beforeAll(async () => {
  const first = await startTestServer({ env });
  await first.install();
  await Promise.all([
    connectNumber(first, 'waha', NUMBERS.waha),
    connectNumber(first, 'evolution', NUMBERS.evolution),
  ]);
  await saveAll(first);
  const { emulator, database } = first;
  servers = [first, await startTestServer({ emulator, database, env })];
});
afterAll(async () => {
  await servers[1].close();
  await servers[0].close();
});

test.each(['waha', 'evolution'] as const)(
  'on %s a number writes no faster than a person could, whoever of two replicas sends',
  async (service) => {
    const [server] = servers;
    const people = Array.from({ length: PEOPLE }, (_, index) =>
      whatsAppConversation(server, service, String(5_511_955_800_000 + index)),
    );
    for (const person of people) await person.write('Oi');
    for (const person of people) await person.chat();
    await allDone(server);
    await Promise.all(people.map((person) => person.answer('One after the other')));
    await server.waitFor(async () => {
      const seen = await Promise.all(people.map((person) => person.toClient()));
      return seen.every((texts) => texts.length === 1);
    });
    const seen = await Promise.all(people.map((person) => person.seen()));
    const times = seen.flatMap((messages) => messages.map(({ at }) => at)).sort((a, b) => a - b);
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    expect(times).toHaveLength(PEOPLE);
    // One may go out late and the next on time; together they take what they must.
    expect(last - first).toBeGreaterThan(SECONDS * 1_000 * (PEOPLE - 2));
    const closest = Math.min(...times.slice(1).map((at, index) => at - (times[index] ?? 0)));
    expect(closest).toBeGreaterThan(0);
  },
);
