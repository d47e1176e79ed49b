import { randomUUID } from 'node:crypto';
import type { World } from '../../kommo/world.ts';

/** A JSON object as Evolution sends and stores it. */
export type Fields = Record<string, unknown>;

/** Where an instance's events go, as `GET /webhook/find` shows it. */
export interface WebhookRow {
  id: string;
  url: string;
  headers: Record<string, string> | null;
  enabled: boolean;
  events: string[];
  webhookByEvents: boolean | null;
  webhookBase64: boolean | null;
  createdAt: string;
  updatedAt: string;
  instanceId: string;
}

/** What `POST /settings/set` changes. */
export interface InstanceSettings {
  rejectCall: boolean;
  msgCall: string;
  groupsIgnore: boolean;
  alwaysOnline: boolean;
  readMessages: boolean;
  readStatus: boolean;
  syncFullHistory: boolean;
  wavoipToken: string;
}

/** One key of a message, as Baileys gives it. */
export interface Key {
  remoteJid: string;
  remoteJidAlt?: string;
  fromMe: boolean;
  id: string;
  participant?: string;
  participantAlt?: string;
  addressingMode?: 'pn' | 'lid';
}

/** A message in the server's own database, and as `messages.upsert` shows it. */
export interface Row {
  key: Key;
  pushName: string | null;
  status: string;
  message: Fields;
  contextInfo?: Fields;
  messageType: string;
  /** In seconds. */
  messageTimestamp: number;
  instanceId: string;
  source: string;
}

export interface StoredRow extends Row {
  /** Of the database. */
  id: string;
  /** The network's chat and message it shows. */
  chat: string;
  updates: { status: string }[];
}

/** An instance's part that has nothing to do with signing in. */
export interface Instance {
  name: string;
  id: string;
  /** Its own key, which stands in every event in clear. */
  token: string;
  webhook: WebhookRow | null;
  settings: InstanceSettings;
  /** Oldest first. */
  rows: StoredRow[];
  /** Jids it has told contacts of. */
  contacts: string[];
  /** Until when (milliseconds) a message id is taken for a repetition. */
  seen: Record<string, number>;
}

/** How the double behaves where servers differ, or where a test cannot wait. */
export interface DoubleSettings {
  /** Factor on the pauses between tries of one event; 0.001 makes a second a millisecond. */
  pause_factor: number;
  /** How long a receiver may take to answer. */
  timeout_ms: number;
  /** Each event arrives so many times more. */
  repeats: number;
  /** Each second event overtakes the one before it. */
  reorder: boolean;
  /** `AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES`: the instance's key stands in the events. */
  expose_key: boolean;
  /** An edit comes as an update of status `DELETED` too, as up to 2.3.5. */
  edits_as_deleted: boolean;
  /** Files can no longer be had from WhatsApp. */
  media_gone: boolean;
}

/** Something sent to a receiver again and again, or given up. */
export interface DeliveryRecord {
  instance: string;
  event: string;
  tries: number;
  state: 'waiting' | 'taken' | 'refused' | 'given_up' | 'lost';
  last_error: string | null;
}

export interface EvolutionState {
  instances: Record<string, Instance>;
  settings: DoubleSettings;
  /** Events that were not taken at once. */
  troubled: DeliveryRecord[];
  /** Secrets inside addresses or texts it was given; the secret itself is not kept. */
  secrets_seen: { instance: string; method: string; field: string; secret: string }[];
  /** When each instance sent, and whether it had seen the chat first. */
  sent: { instance: string; chat: string; at: number; id: string; had_unseen: boolean }[];
}

const SERVICE = 'evolution_api';

/** The double's state besides the sessions; forgotten by a reset of the emulator. */
export function evolutionState(world: World): EvolutionState {
  return world.service<EvolutionState>(SERVICE, () => ({
    instances: {},
    settings: {
      pause_factor: 1,
      timeout_ms: 30_000,
      repeats: 0,
      reorder: false,
      expose_key: true,
      edits_as_deleted: false,
      media_gone: false,
    },
    troubled: [],
    secrets_seen: [],
    sent: [],
  }));
}

const DEFAULTS: InstanceSettings = {
  rejectCall: false,
  msgCall: '',
  groupsIgnore: false,
  alwaysOnline: false,
  readMessages: false,
  readStatus: false,
  syncFullHistory: false,
  wavoipToken: '',
};

/** The instance's part; a new one if the double does not know it. */
export function instanceOf(world: World, name: string): Instance {
  const { instances } = evolutionState(world);
  if (Object.hasOwn(instances, name)) return instances[name] as Instance;
  const instance: Instance = {
    name,
    id: randomUUID(),
    token: randomUUID().toUpperCase(),
    webhook: null,
    settings: { ...DEFAULTS },
    rows: [],
    contacts: [],
    seen: {},
  };
  instances[name] = instance;
  return instance;
}

export function forgetInstance(world: World, name: string): void {
  delete evolutionState(world).instances[name];
}

/** The row with WhatsApp's id of a message. */
export function rowOf(instance: Instance, id: string): StoredRow | undefined {
  return instance.rows.findLast(({ key }) => key.id === id);
}
