import { createHmac, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../../src/server/platform/database/database.ts';
import { newRowId } from '../../src/server/platform/database/row-id.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { DEMO, testConfig, testEnvironment } from '../support/config.ts';
import type { LoadRequest } from './load.ts';

/** A service whose channel was put into the database: signing in is not what is measured. */
export interface OtherService {
  name: 'waha' | 'evolution' | 'slack';
  /** What the service posts when this client writes: with its own proof, and a message nobody has seen yet. */
  update(client: number, text: string): LoadRequest;
}

const WEBHOOK_SECRET = 'a-webhook-secret-of-the-bench-0123456789';
const TEAM = 'T0BENCH';
const BOT_USER = 'U0BENCHBOT';
const OWN_NUMBER = '5511888880000';
const FIRST_SLOT = 40;

const SIGN_INS = {
  waha: { externalId: OWN_NUMBER, credentials: { session: 'bench-session' } },
  evolution: { externalId: '5511888880001', credentials: { session: 'bench-instance' } },
  slack: { externalId: TEAM, credentials: { accessToken: 'xoxb-bench', botUserId: BOT_USER } },
} as const;

/** Connects and saves a channel of each of these services for the demo account. */
export async function connectOthers(db: Db, emulatorPort: number): Promise<OtherService[]> {
  const secrets = new Secrets(testConfig(emulatorPort).secretKeys);
  const ids = new Map<OtherService['name'], string>();
  for (const [index, name] of (['waha', 'evolution', 'slack'] as const).entries()) {
    const id = newRowId();
    ids.set(name, id);
    const { externalId, credentials } = SIGN_INS[name];
    const sealed = secrets.seal(JSON.stringify(credentials), `channels:${id}:credentials`);
    const secret = secrets.seal(WEBHOOK_SECRET, `channels:${id}:webhook_secret`);
    await sql`
      insert into channels (id, account_id, epoch, slot, connector, external_id, account_name, name,
        pipeline_ids, credentials, webhook_secret, is_saved, checked_at)
      select ${id}::uuid, account_id, epoch, ${FIRST_SLOT + index}::integer, ${name}::text, ${externalId}::text,
        'Bench', 'Bench', pipeline_ids, ${sealed}::text, ${secret}::text, true, now() + interval '1 day'
      from channels where account_id = ${DEMO.id}::bigint order by slot limit 1`.execute(db);
    await sql`
      insert into sources (account_id, external_id, channel_id, pipeline_id, is_at_kommo)
      select account_id, ${`bench-${name}`}::text, ${id}::uuid, pipeline_id, true
      from sources where account_id = ${DEMO.id}::bigint limit 1`.execute(db);
  }
  const { SLACK_SIGNING_SECRET: signingSecret = '' } = testEnvironment(emulatorPort);
  const pathOf = (name: OtherService['name']) => `/connect/webhooks/${name}/${ids.get(name)}`;
  return [
    { name: 'waha', update: (client, text) => waha(pathOf('waha'), client, text) },
    { name: 'evolution', update: (client, text) => evolution(pathOf('evolution'), client, text) },
    { name: 'slack', update: (client, text) => slack(signingSecret, client, text) },
  ];
}

let messages = 0;

function nextId(): string {
  messages += 1;
  return `3EB0${messages.toString(16).toUpperCase().padStart(16, '0')}`;
}

function numberOf(client: number): string {
  return `55119${String(90_000_000 + client)}`;
}

function posted(path: string, body: string, headers: Record<string, string>): LoadRequest {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body,
  };
}

/** @see https://waha.devlike.pro/docs/how-to/events/ */
function waha(path: string, client: number, text: string): LoadRequest {
  const from = `${numberOf(client)}@c.us`;
  const nowMs = Date.now();
  const body = JSON.stringify({
    id: `evt_${randomUUID()}`,
    timestamp: nowMs,
    event: 'message.any',
    session: SIGN_INS.waha.credentials.session,
    me: { id: `${OWN_NUMBER}@c.us`, pushName: 'Bench' },
    payload: {
      id: `false_${from}_${nextId()}`,
      timestamp: Math.floor(nowMs / 1000),
      ...{ from, fromMe: false, source: 'app', to: `${OWN_NUMBER}@c.us`, participant: null },
      ...{ body: text, hasMedia: false, media: null, ack: 2, ackName: 'DEVICE' },
      _data: { type: 'chat', notifyName: `Client ${client}` },
    },
    engine: 'WEBJS',
    environment: { version: '2026.7.1', engine: 'WEBJS', tier: 'PLUS' },
  });
  const proof = createHmac('sha512', WEBHOOK_SECRET).update(body).digest('hex');
  return posted(path, body, { 'x-webhook-hmac': proof, 'x-webhook-hmac-algorithm': 'sha512' });
}

/** @see https://doc.evolution-api.com/v2/en/configuration/webhooks */
function evolution(path: string, client: number, text: string): LoadRequest {
  const body = JSON.stringify({
    event: 'messages.upsert',
    instance: SIGN_INS.evolution.credentials.session,
    data: {
      key: { remoteJid: `${numberOf(client)}@s.whatsapp.net`, fromMe: false, id: nextId() },
      pushName: `Client ${client}`,
      status: 'DELIVERY_ACK',
      message: { conversation: text },
      messageType: 'conversation',
      messageTimestamp: Math.floor(Date.now() / 1000),
      source: 'android',
    },
    date_time: new Date().toISOString(),
    sender: `${SIGN_INS.evolution.externalId}@s.whatsapp.net`,
  });
  return posted(path, body, { 'x-webhook-secret': WEBHOOK_SECRET });
}

/** @see https://docs.slack.dev/authentication/verifying-requests-from-slack */
function slack(signingSecret: string, client: number, text: string): LoadRequest {
  messages += 1;
  const seconds = Math.floor(Date.now() / 1000);
  const ts = `${seconds}.${String(messages % 1_000_000).padStart(6, '0')}`;
  const channel = `D0${String(client).padStart(8, '0')}`;
  const body = JSON.stringify({
    team_id: TEAM,
    api_app_id: 'A0BENCH',
    event: {
      ...{ type: 'message', user: `U0${String(client).padStart(8, '0')}`, ts, text },
      ...{ channel, channel_type: 'im', event_ts: ts },
    },
    type: 'event_callback',
    event_id: `Ev${messages}`,
    event_time: seconds,
    authorizations: [{ team_id: TEAM, user_id: BOT_USER, is_bot: true }],
  });
  const signed = `v0:${seconds}:${body}`;
  return posted('/connect/webhooks/slack/events', body, {
    'x-slack-request-timestamp': String(seconds),
    'x-slack-signature': `v0=${createHmac('sha256', signingSecret).update(signed).digest('hex')}`,
  });
}
