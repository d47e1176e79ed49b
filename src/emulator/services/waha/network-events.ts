import type { World } from '../../kommo/world.ts';
import type { NetworkEvent } from '../whatsapp/events.ts';
import { lineOf } from '../whatsapp/people.ts';
import type { Ack, Chat, Fields } from '../whatsapp/state.ts';
import { waysOf } from './ids.ts';
import {
  ackPayload,
  editedPayload,
  messagePayload,
  presencePayload,
  reactionPayload,
  revokedPayload,
  type Telling,
  waitingPayload,
} from './payloads.ts';
import { statusOf, type WahaSession, wahaSessions } from './session.ts';
import { wahaState } from './state.ts';
import { postEvent } from './webhooks.ts';

/** Tells the webhooks of every session of this number what happened on the network. */
export function tellWaha(world: World, event: NetworkEvent): void {
  for (const session of wahaSessions(world)) {
    const isLinked = session.phone?.number === event.line.number && session.endedAt === null;
    if (!isLinked || isIgnored(session, event.chat)) continue;
    if (isListening(world, session)) {
      catchUp(world, session);
      tellSession(world, session, event);
    } else if (event.type === 'message') {
      session.missed = [...(session.missed ?? []), { chat: event.chat.id, id: event.message.id }];
    }
  }
}

function isListening(world: World, session: WahaSession): boolean {
  return statusOf(world, session) === 'WORKING' && !session.isPhoneOffline;
}

/** Tells of the messages that came while the session did not work, if it works by now. */
export function catchUp(world: World, session: WahaSession): void {
  const { missed = [], phone } = session;
  if (missed.length === 0 || phone === null || !isListening(world, session)) return;
  session.missed = [];
  const line = lineOf(world, phone.number);
  for (const { chat: chatId, id } of missed) {
    const chat = line.chats[chatId];
    const message = chat?.messages.find((one) => one.id === id);
    if (chat === undefined || message === undefined) continue;
    tellSession(world, session, { type: 'message', line, chat, message });
  }
}

/** @see https://waha.devlike.pro/docs/how-to/sessions/#ignore */
function isIgnored({ config }: WahaSession, { type }: Chat): boolean {
  const ignore = (config?.ignore ?? {}) as Fields;
  const names = { person: '', group: 'groups', newsletter: 'channels' } as const;
  const name = type === 'status' || type === 'broadcast' ? type : names[type];
  return ignore[name] === true;
}

function tellSession(world: World, session: WahaSession, event: NetworkEvent): void {
  const { chat, line } = event;
  const post = (name: string, payload: Fields) => void postEvent(world, session, name, payload);
  const message = 'message' in event ? event.message : undefined;
  for (const way of waysOf(world, chat, message)) {
    const telling: Telling = { world, session: session.name, number: line.number, chat, way };
    switch (event.type) {
      case 'message': {
        const payload = messagePayload(telling, event.message);
        if (event.message.source === 'client') post('message', payload);
        post('message.any', payload);
        break;
      }
      case 'ack': {
        const name = chat.type === 'group' ? 'message.ack.group' : 'message.ack';
        for (const ack of acksToTell(world, event.ack)) {
          post(name, ackPayload(telling, event.message, ack, event.by));
        }
        break;
      }
      case 'reaction':
        post('message.reaction', reactionPayload(telling, event.message, event));
        break;
      case 'edit':
        post('message.edited', editedPayload(telling, event.message, event.via));
        break;
      case 'revoke':
        post('message.revoked', revokedPayload(telling, event.message, event.via));
        break;
      case 'waiting':
        // Only WEBJS tells it (the page's table of events by engine).
        if (wahaState(world).settings.engine === 'WEBJS') {
          post('message.waiting', waitingPayload(telling, event.message));
        }
        break;
      case 'presence':
        if (session.subscribed?.includes(chat.id) === true) {
          post('presence.update', presencePayload(telling, event.by, event.presence));
        }
    }
  }
}

/** Acknowledgements come again, or one late after a higher one, if so ordered. */
function acksToTell(world: World, ack: Ack): Ack[] {
  const { acks } = wahaState(world).settings;
  if (acks === 'repeated') return [ack, ack];
  if (acks === 'out_of_order' && ack >= 2) return [ack, (ack - 1) as Ack];
  return [ack];
}
