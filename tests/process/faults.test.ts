import { jest } from '@jest/globals';
import { sql } from 'kysely';
import { openTools } from '../../src/server/admin/open-tools.ts';
import { type Outcome, runAdmin } from '../../src/server/admin/run-admin.ts';
import { firingAlerts, readAlertRules } from '../support/alert-rules.ts';
import { type BackendProcess, spawnBackend } from '../support/backend-process.ts';
import { type Backend, type Backends, openBackends } from '../support/backends.ts';
import { testEnvironment } from '../support/config.ts';
import {
  type ExpectedFigure,
  type ExpectedHealth,
  type ExpectedLine,
  FAULTS,
  type Fault,
  type FaultName,
} from '../support/fault-table.ts';
import { ownPort } from '../support/free-port.ts';
import { MessageTraffic } from '../support/message-traffic.ts';
import { figure, METRICS_TOKEN, type Sample, scrape } from '../support/metrics.ts';
import { raceAccount, raceSeed, raceToken } from '../support/race-accounts.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { telegramTraffic } from '../support/telegram-traffic.ts';
import { waitFor } from '../support/wait-for.ts';
import { wahaTraffic } from '../support/whatsapp-traffic.ts';

jest.setTimeout(240_000);

const ACCOUNT = raceAccount(0);
/** More than an alert on refusals needs when each of them is refused once. */
const CONVERSATIONS = 22;
/** Requests that an alert on answers needs. */
const SEVERAL = 7;
const HOUR_MS = 3_600_000;
const SEEN_MS = 60_000;
const EAGER_LOOKS = 6;
const LOOK_EVERY_MS = 2_000;

const RULES = readAlertRules();
/** A machine that does other work beside the tests may be slow, which is no part of any fault. */
const OF_THE_MACHINE = ['EventLoopSlow'];

let backends: Backends;
/** In front of the database, and of the chat services. */
let proxy: TcpProxy;
let services: TcpProxy;
let backend: Backend;
let traffic: MessageTraffic;
/** What Prometheus would scrape, by address. */
let targets: string[];
/** Lines of the log that were there before the fault. */
let former = 0;
let before: Sample[];

beforeAll(async () => {
  backends = await openBackends(raceSeed(1));
  const server = new URL(backends.databaseUrl ?? '');
  proxy = await startTcpProxy({ host: server.hostname, port: Number(server.port || 5432) });
  services = await startTcpProxy({ host: '127.0.0.1', port: backends.emulator.port });
  backend = await backends.start({ env: environment() });
  targets = [backend.url];
  traffic = new MessageTraffic(backends, {
    ...{ count: CONVERSATIONS, pauseMs: 1_000 },
    services: [telegramTraffic, wahaTraffic],
  });
  await traffic.open(backend);
});
afterAll(async () => {
  await backends.close();
  await proxy.close();
  await services.close();
});

/** Of backends and commands: the database and the services are behind proxies. */
function environment(): Record<string, string> {
  const url = new URL(backends.databaseUrl ?? '');
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  const atServices = `http://127.0.0.1:${services.port}/__services`;
  return {
    DATABASE_URL: url.href,
    TELEGRAM_API_ROOT: `${atServices}/telegram`,
    WAHA_URL: `${atServices}/waha`,
    METRICS_TOKEN,
    WAHA_SECONDS_BETWEEN_MESSAGES: '0.05',
    LOG_LEVEL: 'info',
  };
}

function db() {
  if (backends.db === undefined) throw new Error('These tests need PostgreSQL.');
  return backends.db;
}

const run = (statement: string) => sql.raw(statement).execute(db());

/** `<account>` stands for the account of these tests. */
function admin(words: string, more: Record<string, string> = {}): Promise<Outcome> {
  const args = words.replace('<account>', ACCOUNT.subdomain).split(' ');
  const { port } = backends.emulator;
  const env = { ...testEnvironment(port), ...environment(), ...more };
  return runAdmin(args, () => openTools(env, () => undefined));
}

const resync = async () =>
  expect(await admin('accounts resync <account>')).toMatchObject({ exitCode: 0 });

/** An administrator looks at the settings, again and again. */
async function look(): Promise<number[]> {
  const statuses: number[] = [];
  for (let times = 0; times < SEVERAL; times += 1) {
    const token = raceToken(backend, ACCOUNT);
    statuses.push((await backend.api('GET', '/messenger/channels', { token })).status);
  }
  return statuses;
}

const [someone, another] = [0, 1].map((index) => () => {
  const one = traffic.conversations[index];
  if (one === undefined) throw new Error('There is no such conversation.');
  return one;
}) as [
  () => MessageTraffic['conversations'][number],
  () => MessageTraffic['conversations'][number],
];

async function everybodyWrites(): Promise<void> {
  await Promise.all(traffic.conversations.map((one) => traffic.write(one)));
}

/** As if the minutes had passed that an alert wants. */
const letMessagesAge = () =>
  run("update messages set stored_at = stored_at - interval '11 minutes' where due_at is not null");

const letChannelsBeChecked = () =>
  run(
    "update channels set checked_at = now() - interval '1 day', status_at = now() - interval '1 day'",
  );

/** What waits is tried now, and Kommo's grudge is forgotten. */
async function hurry(): Promise<void> {
  await run('update rate_buckets set paused_until = null, refused_at = null, stops = 0');
  await run('update messages set due_at = now() where due_at > now()');
}

async function countWaiting(): Promise<number> {
  const { rows } = await sql`select 1 from messages where due_at is not null`.execute(db());
  return rows.length;
}

async function allIsDone(): Promise<void> {
  await waitFor(async () => {
    await hurry();
    return (await countWaiting()) === 0;
  }, SEEN_MS);
}

async function synced(): Promise<void> {
  await resync();
  await waitFor(async () => {
    const { rows } = await sql`select 1 from syncs where state = 'done'`.execute(db());
    return rows.length === 1;
  }, SEEN_MS);
}

/** The emulated integration and chat channel, whose secrets somebody changes. */
function kommoHas() {
  const { integrations, channels } = backends.emulator.state;
  const [integration] = integrations;
  const [channel] = channels;
  if (integration === undefined || channel === undefined) throw new Error('Kommo knows nothing.');
  return { integration, channel };
}

interface Scene {
  bring(): Promise<unknown>;
  /** What happens again while it lasts. Prometheus sees how a series grows, and not the jump of its beginning. */
  goOn?(): Promise<unknown>;
  mend(): Promise<unknown>;
  /** Variables of the command that is asked. */
  env?: () => Record<string, string>;
}

const WRONG_KEYS = { SECRET_KEYS: `test:${Buffer.alloc(32, 9).toString('base64')}` };
let refused: BackendProcess | undefined;
const damaged = { id: '', credentials: '' };

const SCENES: Record<Exclude<FaultName, 'telegramGone' | 'wahaGone'>, Scene> = {
  databaseGone: {
    bring: async () => {
      await proxy.cut();
      await traffic.answer(someone());
      await look();
    },
    goOn: look,
    mend: async () => {
      await proxy.restore();
      await waitFor(async () => (await health('ready')) === 200);
    },
  },
  diskFull: {
    bring: async () => {
      await run(DISK_FULL);
      await traffic.answer(someone());
      await look();
    },
    goOn: look,
    mend: () => run('drop function disk_full cascade'),
  },
  kommoBlocks: {
    bring: async () => {
      const match = { host: `${ACCOUNT.subdomain}.kommo.com`, path: '/api/v4/*' };
      backends.emulator.fault({ match, times: 0, action: 'html403' });
      await resync();
    },
    mend: async () => {
      await hurry();
      await synced();
    },
  },
  rightsGone: {
    bring: async () => {
      const body = { title: 'Forbidden', status: 403, detail: 'Недостаточно прав' };
      const match = { path: '/api/v4/*' };
      backends.emulator.fault({ match, times: 0, action: { status: 403, body } });
      await resync();
    },
    mend: async () => {
      await run("update grants set state = 'alive', lacks_rights = false, next_refresh_at = null");
      await run("update accounts set install_state = 'active'");
      await synced();
    },
  },
  kommoSlowsDown: {
    bring: async () => {
      const match = { host: 'amojo.kommo.com', method: 'POST' };
      backends.emulator.fault({ match, times: 0, action: { rateLimited: 1 } });
      await everybodyWrites();
    },
    mend: allIsDone,
  },
  kommoUnreachable: {
    bring: async () => {
      backends.emulator.fault({ match: { host: '*.kommo.com' }, times: 0, action: 'reset' });
      await resync();
      await everybodyWrites();
    },
    mend: async () => {
      await allIsDone();
      await synced();
    },
  },
  clientSecretWrong: {
    bring: async () => {
      kommoHas().integration.client_secret = 'somebody-made-a-new-secret-key-in-kommo';
      await look();
      await run('update grants set expires_at = to_timestamp(0)');
      await resync();
    },
    mend: async () => {
      await run('update grants set client_refusals = 0, next_refresh_at = null');
      await synced();
    },
  },
  channelSecretWrong: {
    bring: async () => {
      kommoHas().channel.secret = 'another-secret-of-the-channel';
      for (const one of traffic.conversations.slice(0, SEVERAL)) await traffic.answer(one);
      await everybodyWrites();
    },
    mend: allIsDone,
  },
  keysWrong: {
    bring: async () => {
      const port = ownPort();
      const own = { ...testEnvironment(backends.emulator.port), ...environment(), ...WRONG_KEYS };
      refused = spawnBackend({ ...own, PORT: String(port) });
      targets = [...targets, `http://127.0.0.1:${port}`];
      expect(await refused.exited).toEqual({ code: 78, signal: null });
    },
    mend: async () => {
      refused = undefined;
      targets = [backend.url];
    },
    env: () => WRONG_KEYS,
  },
  rowUnreadable: {
    bring: async () => {
      const { rows } = await sql<typeof damaged>`
        select id, credentials from channels where connector = 'telegram' order by id limit 1`.execute(
        db(),
      );
      Object.assign(damaged, rows[0]);
      await sql`update channels set credentials = left(credentials, -12)
        where id = ${damaged.id}::uuid`.execute(db());
      await letChannelsBeChecked();
    },
    mend: async () => {
      await sql`update channels set credentials = ${damaged.credentials}
        where id = ${damaged.id}::uuid`.execute(db());
      await letChannelsBeChecked();
      await channelsAreConnected();
    },
  },
  clockBehind: clockOff(HOUR_MS),
  clockAhead: clockOff(-HOUR_MS),
  noWorker: {
    bring: async () => {
      await backend.kill();
      const killed = backend.url;
      await resync();
      await run(
        "update pgboss.job set start_after = now() - interval '6 minutes' where name = 'scheduled'",
      );
      // Nobody has counted them for a minute.
      await run("update pgboss.queue set monitor_on = monitor_on - interval '2 minutes'");
      backend = await backends.start({ env: { ...environment(), ROLE: 'web' } });
      before = [...before, ...(await scrapeOf(backend.url))];
      targets = [killed, backend.url];
      await traffic.write(someone());
      await waitFor(async () => (await countWaiting()) > 0);
      await letMessagesAge();
    },
    mend: async () => {
      const worker = await backends.start({
        env: { ...environment(), ROLE: 'worker' },
        calledAt: backend.url,
      });
      targets = [worker.url, backend.url];
      await allIsDone();
    },
  },
};

/** Kommo's clock is this much ahead of ours. */
function clockOff(byMs: number): Scene {
  return {
    bring: async () => {
      // Services, too, live by the clock of the emulator: what they bring is there before it moves.
      const match = { host: 'amojo.kommo.com', method: 'POST' };
      backends.emulator.fault({ match, times: 0, action: { status: 503 } });
      await everybodyWrites();
      await waitFor(async () => (await countWaiting()) >= CONVERSATIONS);
      backends.emulator.clearFaults();
      backends.emulator.advance(byMs);
      before = await scrapeAll();
      await look();
      await hurry();
    },
    mend: async () => {
      backends.emulator.advance(-byMs);
      await allIsDone();
    },
  };
}

async function channelsAreConnected(): Promise<void> {
  await waitFor(async () => {
    const { rows } = await sql`select 1 from channels where status <> 'connected'`.execute(db());
    return rows.length === 0;
  }, SEEN_MS);
}

/**
 * What PostgreSQL answers to every write that finds no room, from the words to the code. That it answers so was seen
 * on a server on a file system without room.
 */
const DISK_FULL = `
  create function disk_full() returns trigger language plpgsql as $$ begin
    raise exception 'could not extend file "base/16384/16412": No space left on device'
      using errcode = 'disk_full', hint = 'Check free disk space.';
  end $$;
  do $$ declare one record; begin
    for one in select format('%I.%I', nspname, relname) as name from pg_class
      join pg_namespace on pg_namespace.oid = relnamespace
      where relkind = 'r' and nspname in ('public', 'pgboss')
    loop
      execute format('create trigger disk_full before insert or update on %s execute function disk_full()', one.name);
    end loop;
  end $$`;

async function health(
  which: 'live' | 'ready',
  url = targets.at(-1) ?? '',
): Promise<ExpectedHealth> {
  const answer = await fetch(`${url}/health/${which}`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer === undefined ? 'no answer' : (answer.status as ExpectedHealth);
}

async function scrapeOf(url: string): Promise<Sample[]> {
  const own = { job: 'chat-connector', instance: url };
  const up = (value: number) => ({ name: 'up', labels: own, value });
  try {
    const samples = await scrape(url);
    return [up(1), ...samples.map((one) => ({ ...one, labels: { ...own, ...one.labels } }))];
  } catch {
    return [up(0)];
  }
}

async function scrapeAll(): Promise<Sample[]> {
  return (await Promise.all(targets.map(scrapeOf))).flat();
}

/** What of a fault's row does not show yet, in words. */
async function unseen(fault: Fault): Promise<string[]> {
  const now = await scrapeAll();
  const lines = backend.log.slice(former);
  const alerts = firingAlerts(RULES, { before, now }).filter(
    (name) => !OF_THE_MACHINE.includes(name),
  );
  const [live, ready] = [await health('live'), await health('ready')];
  return [
    ...fault.log.filter((line) => !isLogged(lines, line)).map(({ msg }) => `log: ${msg}`),
    ...fault.figures
      .filter((one) => !isFigure(now, one))
      .map((one) => `figure: ${JSON.stringify(one)}`),
    ...(`${live} ${ready}` === `${fault.live} ${fault.ready}` ? [] : [`health: ${live} ${ready}`]),
    ...(alerts.toSorted().join() === fault.alerts.toSorted().join() ? [] : [`alerts: ${alerts}`]),
  ];
}

function isLogged(lines: readonly object[], { level, msg, with: members = {} }: ExpectedLine) {
  if (level === 'stderr') return refused?.stderr().includes(msg) === true;
  return lines.some((line) => contains(line, { level, msg, ...members }));
}

/** Whether everything of `part` is in `whole`. A second more or less is the same. */
function contains(whole: unknown, part: unknown): boolean {
  if (typeof part === 'number') return Math.abs(Number(whole) - part) <= 2;
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null) return false;
  const members = new Map(Object.entries(whole));
  return Object.entries(part).every(([name, value]) => contains(members.get(name), value));
}

function isFigure(now: readonly Sample[], { name, labels, is }: ExpectedFigure): boolean {
  const value = figure(now, name, labels);
  if (is === 'left out') return value === undefined;
  if (value === undefined) return false;
  if (is === 'grows') return value > (figure(before, name, labels) ?? 0);
  return typeof is === 'number' ? value === is : value > is.over;
}

function saysIt({ stdout, stderr }: Outcome, says: string): boolean {
  const parts = says
    .split('…')
    .map((part) => part.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('.*')).test(`${stdout}\n${stderr}`.replaceAll(/ +/g, ' '));
}

async function expectSeen(fault: Fault, env?: Record<string, string>): Promise<void> {
  let missing: string[] = [];
  await lookUntil(
    async () => {
      missing = await unseen(fault);
      return missing.length === 0;
    },
    () => missing,
  );
  const { words, exitCode, says } = fault.command;
  let outcome: Outcome | undefined;
  await lookUntil(
    async () => {
      outcome = await admin(words, env);
      return outcome.exitCode === exitCode && saysIt(outcome, says);
    },
    () => outcome,
  );
}

/** Nothing fires any more that fired in the fault. */
async function expectMended(fault: Fault): Promise<void> {
  let firing: string[] = [];
  await lookUntil(
    async () => {
      // What was counted in the fault is over, as for Prometheus ten minutes later.
      before = await scrapeAll();
      const now = await scrapeAll();
      firing = firingAlerts(RULES, { before, now });
      return fault.alerts.every((name) => !firing.includes(name));
    },
    () => firing,
  );
}

/** `waitFor`, which looks seldom after some looks: channels are counted every half minute, and a scrape costs. */
async function lookUntil(isSeen: () => Promise<boolean>, seen: () => unknown): Promise<void> {
  let looks = 0;
  let lookedAt = performance.now();
  const look = async () => {
    if (looks >= EAGER_LOOKS && performance.now() - lookedAt < LOOK_EVERY_MS) return false;
    looks += 1;
    lookedAt = performance.now();
    return isSeen();
  };
  await waitFor(look, SEEN_MS, seen);
}

beforeEach(async () => {
  former = backend.log.length;
  before = await scrapeAll();
});

test('while all is well, no alert fires', async () => {
  expect(await look()).toEqual(Array.from({ length: SEVERAL }, () => 200));
  expect(firingAlerts(RULES, { before, now: await scrapeAll() })).toEqual([]);
});

const ENTRIES = Object.entries(SCENES) as [keyof typeof SCENES, Scene][];

async function clearFaults(secrets: { client: string; channel: string }): Promise<void> {
  backends.emulator.clearFaults();
  kommoHas().integration.client_secret = secrets.client;
  kommoHas().channel.secret = secrets.channel;
}

test.each(ENTRIES.filter(([name]) => name !== 'noWorker'))(
  '%s: shows where docs/operations/faults.md says, and is mended',
  play,
);

test('a chat service that is gone shows where docs/operations/faults.md says, and is mended', async () => {
  await services.cut();
  await traffic.answer(someone());
  await traffic.answer(another());
  await letChannelsBeChecked();
  await letMessagesAge();
  await expectSeen(FAULTS.telegramGone);
  await expectSeen(FAULTS.wahaGone);
  await services.restore();
  await letChannelsBeChecked();
  await allIsDone();
  await channelsAreConnected();
  await expectMended(FAULTS.telegramGone);
});

test.each(ENTRIES.filter(([name]) => name === 'noWorker'))(
  '%s: shows where docs/operations/faults.md says, and is mended',
  play,
);

async function play(name: keyof typeof SCENES, { bring, goOn, mend, env }: Scene): Promise<void> {
  const { integration, channel } = kommoHas();
  const secrets = { client: integration.client_secret, channel: channel.secret };
  try {
    await bring();
    if (goOn !== undefined) {
      before = withNewSeries(before, await scrapeAll());
      await goOn();
    }
    await expectSeen(FAULTS[name], env?.());
  } finally {
    await clearFaults(secrets);
    await mend();
  }
  await expectMended(FAULTS[name]);
}

/** With what was not there before. */
function withNewSeries(old: readonly Sample[], fresh: readonly Sample[]): Sample[] {
  const keyOf = ({ name, labels }: Sample) => `${name} ${JSON.stringify(labels)}`;
  const known = new Set(old.map(keyOf));
  return [...old, ...fresh.filter((sample) => !known.has(keyOf(sample)))];
}
