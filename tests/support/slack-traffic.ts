import { connectWorkspace } from './connect-services.ts';
import type { ServiceTraffic, ServiceTraffics } from './service-traffic.ts';
import { slackMember } from './slack.ts';

const TEAM = 'T0EMULATED1';

interface Judged {
  events: { pending: object[] };
}

/** Members of a Slack workspace. */
export const slackTraffic: ServiceTraffics = (emulator): ServiceTraffic => {
  const control = slackMember(emulator);
  const known = new Map<number, ReturnType<typeof slackMember>>();
  const memberOf = async (client: number) => {
    const member = `U0TRAFFIC${client}`;
    const one = known.get(client) ?? slackMember(emulator, { team: TEAM, member });
    if (!known.has(client)) {
      known.set(client, one);
      await control.order('member', { team: TEAM, id: member, display_name: `Client ${client}` });
    }
    return one;
  };
  return {
    name: 'slack',
    keepsOrder: false,
    connect: async (backend, token) => {
      await connectWorkspace(backend, TEAM, { token });
    },
    hurry: async () => {
      // Slack tries four times: the last ones shall not fall into outages that come every second, as none do in life.
      await control.order('speed', { pause_factor: 3, timeout_ms: 15_000 });
    },
    waitAtMost: async (timeout_ms) => {
      await control.order('speed', { timeout_ms });
    },
    write: async (client, text) => {
      await (await memberOf(client)).act('send', { text });
    },
    atClient: async (client) => {
      const messages = await (await memberOf(client)).chat();
      return messages.filter(({ from }) => from === 'app').map(({ text }) => text);
    },
    retryNow: async () => {
      await control.order('retry');
    },
    waiting: async () => ((await control.get('judge')) as Judged).events.pending,
    expectClean: async () => {
      expect(await control.get('judge')).toMatchObject({
        duplicates: [],
        answered_echoes: [],
        secrets_seen: [],
        events: { given_up: 0, dropped: 0, disabled_at: null },
      });
    },
  };
};
