import { randomUUID } from 'node:crypto';
import type {
  ApiKeyConnector,
  Connector,
  Credentials,
  Linked,
  OAuthConnector,
  QrConnector,
  QrProgress,
  Session,
  Tools,
} from '../../../src/server/connectors/connector.ts';
import type { FaultProxy } from './fault-proxy.ts';

/** Which of two people of the service acts. */
export type Who = 0 | 1;

/** One connector before its running double, and what a person does at that service. */
export type Stage = ApiKeyStage | QrStage | OAuthStage;

interface CommonStage {
  /** Stands between the connector and the double. */
  proxy: FaultProxy;
  /** What the operator keeps secret: keys of the server, client secrets. The battery adds its finds. */
  secrets: string[];
  /** The person or the workspace ends our access at the service. */
  revoke(linked: Linked): Promise<void>;
  close(): Promise<void>;
}

interface ApiKeyStage extends CommonStage {
  connector: ApiKeyConnector;
  /** What the admin types. */
  values(who: Who): Record<string, string>;
}

interface QrStage extends CommonStage {
  connector: QrConnector;
  /** Scans the code this session shows; returns when the service has linked the phone. */
  scan(session: Session, who: Who): Promise<void>;
}

interface OAuthStage extends CommonStage {
  connector: OAuthConnector;
  /** Agrees on the consent page; returns the query of the redirect. */
  consent(authorizeUrl: string, who: Who): Promise<URLSearchParams>;
}

/** One call of the connector, repeatable because a fault keeps it from reaching the double. */
export interface Step {
  name: string;
  run(tools: Tools): Promise<unknown>;
}

/** Prepares one call of each kind. What it made at the double stays for as long as the double lives. */
export async function rehearse(stage: Stage, tools: Tools): Promise<Step[]> {
  const { connector } = stage;
  const linked = await signIn(stage, tools, 1);
  const credentials = stored(linked.credentials);
  for (const [name, value] of Object.entries(credentials)) {
    if (/token|key/i.test(name)) stage.secrets.push(String(value));
  }
  return [
    ...(await ownSteps(stage, tools)),
    { name: 'link', run: (t) => link(connector, t, linked) },
    { name: 'health', run: (t) => connector.health(t, credentials) },
    { name: 'unlink', run: (t) => connector.unlink(t, credentials) },
  ];
}

async function ownSteps(stage: Stage, tools: Tools): Promise<Step[]> {
  if (isApiKey(stage)) {
    const { connector } = stage;
    return [{ name: 'verify', run: (t) => connector.verify(t, stage.values(0)) }];
  }
  if (isQr(stage)) {
    const { connector } = stage;
    const { session } = await shownCode(connector, tools);
    return [
      { name: 'begin', run: (t) => connector.begin(t, randomUUID()) },
      { name: 'check', run: (t) => connector.check(t, session) },
      { name: 'pairingCode', run: (t) => connector.pairingCode(t, session, '5511987654321') },
      { name: 'abandon', run: (t) => connector.abandon(t, session) },
    ];
  }
  const { connector } = stage;
  const { authorizeUrl, session } = await connector.begin(tools, 'state-1');
  const query = await stage.consent(authorizeUrl, 0);
  stage.secrets.push(query.get('code') ?? '');
  for (const note of Object.values(session)) stage.secrets.push(String(note));
  return [
    { name: 'begin', run: (t) => connector.begin(t, 'state-2') },
    { name: 'finish', run: (t) => connector.finish(t, stored(session), query) },
  ];
}

/** A whole sign-in, as the core and a person perform it together. */
export async function signIn(stage: Stage, tools: Tools, who: Who): Promise<Linked> {
  if (isApiKey(stage)) return await stage.connector.verify(tools, stage.values(who));
  if (isQr(stage)) {
    const { session } = await shownCode(stage.connector, tools);
    await stage.scan(session, who);
    const progress = await stage.connector.check(tools, session);
    if (progress.state !== 'connected') throw new Error(`not connected but ${progress.state}`);
    return progress.linked;
  }
  const { authorizeUrl, session } = await stage.connector.begin(tools, 'state-0');
  const query = await stage.consent(authorizeUrl, who);
  expect(query.get('state')).toBe('state-0');
  return await stage.connector.finish(tools, stored(session), query);
}

/** Opens a QR session and looks until it shows a code. */
export async function shownCode(
  connector: QrConnector,
  tools: Tools,
): Promise<Extract<QrProgress, { state: 'showing' }>> {
  let session = stored(await connector.begin(tools, randomUUID()));
  const giveUpAt = Date.now() + 10_000;
  while (Date.now() < giveUpAt) {
    const progress = await connector.check(tools, session);
    session = stored(progress.session);
    if (progress.state === 'showing') return { ...progress, session };
    if (progress.state !== 'starting') throw new Error(`not starting but ${progress.state}`);
  }
  throw new Error('no code was shown');
}

/** Links where the connector has something to link. */
export async function link(
  connector: Connector,
  tools: Tools,
  linked: Linked,
): Promise<Credentials> {
  return connector.link === undefined ? linked.credentials : await connector.link(tools, linked);
}

/** What the database gives back: sealed as JSON, and opened again. */
export function stored<Value extends Session>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** Everything that must never be shown. */
export function secretsOf(stage: Stage, tools: Tools): string[] {
  const typed = isApiKey(stage)
    ? stage.connector.fields
        .filter(({ secret }) => secret)
        .map(({ name }) => stage.values(0)[name] ?? '')
    : [];
  const secrets = [...stage.secrets, ...typed, tools.webhook?.secret ?? ''];
  return secrets.filter((secret) => secret !== '');
}

function isApiKey(stage: Stage): stage is ApiKeyStage {
  return stage.connector.auth === 'api_key';
}

function isQr(stage: Stage): stage is QrStage {
  return stage.connector.auth === 'qr';
}
