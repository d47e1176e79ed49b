import type { World } from '../../kommo/world.ts';

/** The key of every call. */
export const WAHA_API_KEY = 'emulator-waha-key-0123456789';

export const ENGINES = ['WEBJS', 'NOWEB', 'GOWS'] as const;
/** What WAHA is built on; answers and events have other shapes with each. */
export type Engine = (typeof ENGINES)[number];

/** How the server is set up, and how it misbehaves. */
export interface WahaSettings {
  engine: Engine;
  /** `WAHA_BASE_URL`: what links to files begin with; empty: `http://localhost:3000`, as without that setting. */
  base_url: string;
  /** `WHATSAPP_FILES_LIFETIME` in seconds of the emulator's clock; 0: for ever. */
  file_life_seconds: number;
  /** Factor on the pauses between tries of a webhook; 0.001 makes a second a millisecond. */
  pause_factor: number;
  /** How long a webhook may take to answer. */
  timeout_ms: number;
  /** How long a session takes to start again, on the emulator's clock. */
  restart_ms: number;
  /** A new session tells that it starts, and that its first code is there. */
  tells_beginnings: boolean;
  /** `empty`: a message is sent, and the answer has no body (github.com/devlikeapro/waha/issues/1087). */
  answers: 'full' | 'empty';
  /** How long an answer is held back after the message is out, in real time. */
  answer_delay_ms: number;
  acks: 'plain' | 'repeated' | 'out_of_order';
  /** How often each event is sent. */
  copies_of_events: number;
  /** `message` is sent beside `message.any` although nobody asked: a webhook for all sessions does that. */
  sends_message_too: boolean;
  /** What becomes of files: not downloaded, failed, or without a byte. */
  media: 'plain' | 'null' | 'error' | 'empty';
  /** Nothing is told any more, and the session says WORKING (github.com/devlikeapro/waha/issues/2151). */
  is_silent: boolean;
  /** Bytes of a request's body that are still taken. */
  most_body_bytes: number;
  /** More messages than this within a minute of the emulator's clock are a fault; 0: not looked at. */
  most_a_minute: number;
}

export const REFUSAL_ACTIONS = ['refuse', 'lose_answer', 'hang', 'reset', 'html'] as const;
type RefusalAction = (typeof REFUSAL_ACTIONS)[number];

/** Something the server is ordered not to do properly. */
export interface Refusal {
  id: number;
  /** Null: every session. */
  session: string | null;
  /** A part of the path (`sendText`, `messages`), or null for every call. */
  call: string | null;
  action: RefusalAction;
  status: number;
  message: string;
  /** How many calls it hits; null: all. */
  left: number | null;
  /** How many calls pass first. */
  pass: number;
  hits: number;
}

/** A file that can be downloaded for a while. */
export interface Media {
  /** Id of a StoredFile. */
  file: string;
  is_empty: boolean;
  /** Milliseconds of the emulator's clock; null: for ever. */
  until: number | null;
}

/** One message the API was told to send. */
export interface SendRecord {
  session: string;
  /** The chat's id on the network. */
  chat: string;
  /** Hash of what it says and quotes. */
  content: string;
  /** Milliseconds of the emulator's clock. */
  at: number;
}

export interface Fault {
  session: string;
  what: 'answered_unseen' | 'odd_chat_id' | 'secret';
  /** Without a word of the message. */
  detail: string;
}

interface WahaState {
  settings: WahaSettings;
  refusals: Refusal[];
  /** By the path below `/api/files/`. */
  media: Record<string, Media>;
  sends: SendRecord[];
  faults: Fault[];
  next_number: number;
}

/** Not `waha`: that is the list of sessions. */
const SERVICE = 'waha_server';

/** The double's state beside its sessions; forgotten by a reset of the emulator. */
export function wahaState(world: World): WahaState {
  return world.service<WahaState>(SERVICE, () => ({
    settings: {
      engine: 'WEBJS',
      base_url: '',
      file_life_seconds: 180,
      pause_factor: 1,
      timeout_ms: 30_000,
      restart_ms: 150,
      tells_beginnings: false,
      answers: 'full',
      answer_delay_ms: 0,
      acks: 'plain',
      copies_of_events: 1,
      sends_message_too: false,
      media: 'plain',
      is_silent: false,
      most_body_bytes: 100 * 1024 * 1024,
      most_a_minute: 0,
    },
    refusals: [],
    media: {},
    sends: [],
    faults: [],
    next_number: 1,
  }));
}
