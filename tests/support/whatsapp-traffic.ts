import type { Emulator } from '../../src/emulator/emulator.ts';
import { connectNumber, type PhoneService } from './connect-services.ts';
import { call } from './emulator-client.ts';
import type { ServiceTraffic, ServiceTraffics } from './service-traffic.ts';

/** The first of the clients' numbers. */
export const FIRST_CLIENT = 5_511_955_600_000;

/** Each server has a number of its own: what one of them sends, the other would hear of as written on the phone. */
export const NUMBERS: Record<PhoneService, string> = {
  waha: '5511987654321',
  evolution: '5511912345678',
};

type AtDouble = Pick<ServiceTraffic, 'hurry' | 'waiting' | 'expectClean'>;

/** Clients on WhatsApp, with a number that a WAHA server plays. */
export const wahaTraffic: ServiceTraffics = (emulator) => ({
  ...peopleOf(emulator, 'waha'),
  hurry: async () => {
    await control(emulator, 'waha/settings', { pause_factor: 0.1 });
  },
  waiting: async () => {
    const { open_deliveries: open } = (await control(emulator, 'waha/judge')) as {
      open_deliveries: number;
    };
    return open === 0 ? [] : [{ open }];
  },
  expectClean: async () => {
    const judged = (await control(emulator, 'waha/judge')) as {
      sessions: object[];
      faults: { what: string }[];
    };
    expect(judged.sessions).toMatchObject([{ status: 'WORKING', sent_twice: [] }]);
    expect(worthNaming(judged.faults)).toEqual([]);
    const lost = emulator.log().filter(({ name }) => name === 'waha webhook');
    expect(lost).toEqual([]);
  },
});

/** Where both sides write at the same time, an answer may overtake what it does not answer. */
function worthNaming(faults: readonly { what: string }[]) {
  return faults.filter(({ what }) => what !== 'answered_unseen');
}

/** Clients on WhatsApp, with a number that an Evolution API server plays. */
export const evolutionTraffic: ServiceTraffics = (emulator) => {
  const troubled = async (...states: string[]) => {
    const judged = (await control(emulator, 'evolution/judge')) as {
      troubled: { state: string }[];
    };
    return judged.troubled.filter(({ state }) => states.includes(state));
  };
  return {
    ...peopleOf(emulator, 'evolution'),
    hurry: async () => {
      // Its ten tries then span four minutes: longer than a replica takes to come back, on a busy machine too.
      await control(emulator, 'evolution/settings', { pause_factor: 0.2 });
    },
    waiting: () => troubled('waiting'),
    expectClean: async () => {
      expect(await control(emulator, 'evolution/judge')).toMatchObject({
        duplicates: [],
        secrets_seen: [],
      });
      expect(await troubled('refused', 'given_up', 'lost')).toEqual([]);
    },
  };
};

function peopleOf(emulator: Emulator, service: PhoneService): Omit<ServiceTraffic, keyof AtDouble> {
  const line = NUMBERS[service];
  const personOf = (client: number) => String(FIRST_CLIENT + client);
  return {
    name: service,
    keepsOrder: false,
    connect: async (backend, token) => {
      await connectNumber(backend, service, line, { token });
    },
    waitAtMost: async (timeout_ms) => {
      await control(emulator, `${service}/settings`, { timeout_ms });
    },
    write: async (client, text) => {
      await control(emulator, 'whatsapp/send', { line, client: personOf(client), text });
    },
    atClient: async (client) => {
      const path = `whatsapp/chat?line=${line}&client=${personOf(client)}`;
      const { messages } = (await control(emulator, path)) as {
        messages: { source: string; text: string }[];
      };
      return messages.filter(({ source }) => source !== 'client').map(({ text }) => text);
    },
  };
}

async function control(emulator: Emulator, path: string, json?: object): Promise<unknown> {
  const reply = await call(emulator, `/__emulator/services/${path}`, {
    host: '127.0.0.1',
    ...(json !== undefined && { json }),
  });
  if (reply.status !== 200) throw new Error(`${path}: ${reply.text}`);
  return reply.json;
}
