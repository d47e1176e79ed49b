import { setTimeout as delay } from 'node:timers/promises';
import type { World } from '../../kommo/world.ts';
import { addMessage, newMessageId, reactTo, showOwnPresence } from '../whatsapp/messages.ts';
import { type Chat, type Message, networkState, own } from '../whatsapp/state.ts';
import type { Call } from './guard.ts';
import { sendingAs } from './hearing.ts';
import { noteSecrets } from './judge.ts';
import { badRequest, Refusal } from './refusal.ts';
import { faultsOf, type Schema } from './schema.ts';
import { readSendBody } from './send-body.ts';
import { CONTENTS, type SendMethod } from './send-content.ts';
import { SEND_SCHEMAS } from './send-schemas.ts';
import { viaOf } from './session.ts';
import { evolutionState, type Fields, type Row, rowOf, type StoredRow } from './state.ts';
import { type Target, targetOf } from './target.ts';
import { keyOf } from './wire.ts';

/** Quotes are not passed on by these. */
const WITHOUT_QUOTE: readonly SendMethod[] = ['sendWhatsAppAudio', 'sendContact'];

/** One method under `/message/`: reads, checks, sends, answers 201 with the message. */
export function sender(method: SendMethod): (call: Call) => Promise<void> {
  return async (call) => {
    const { exchange, session, instance } = call;
    const { world } = exchange;
    const body = await readSendBody(exchange);
    const { fields } = body;
    refuseFaults(fields, SEND_SCHEMAS[method]);
    noteSecrets(world, instance, method, fields);
    const content = await CONTENTS[method](world, body);
    const target = targetOf(call, String(fields.number));
    await pause(world, target.chat, fields.delay, method === 'sendWhatsAppAudio');
    const quoted = WITHOUT_QUOTE.includes(method) ? undefined : quotedIn(target.chat, fields);
    noteSending(call, target);
    const message = sendingAs(target.chat, target.jid, () =>
      addMessage(world, target, content, {
        author: target.line.number,
        source: 'api',
        via: viaOf(session),
        quote: quoted?.id ?? null,
      }),
    );
    const sent = evolutionState(world).sent.at(-1);
    if (sent !== undefined) sent.id = message.id;
    const row = rowOf(instance, message.id);
    exchange.sendJson(201, row === undefined ? {} : shownRow(row));
  };
}

/** @throws Refusal 400 with the list of what is wrong, inside another list */
export function refuseFaults(fields: Fields, schema: Schema): void {
  const faults = faultsOf(fields, schema);
  if (faults.length > 0) throw badRequest(faults);
}

/** As the method answers: before anything came of it. */
function shownRow(row: StoredRow): Row {
  const { id: _id, chat: _chat, updates: _updates, ...shown } = row;
  return { ...shown, status: 'PENDING' };
}

/** `delay` shows that somebody types, and holds the request as long. */
async function pause(world: World, chat: Chat, given: unknown, isVoice: boolean): Promise<void> {
  if (typeof given !== 'number' || given <= 0) return;
  showOwnPresence(world, chat, isVoice ? 'recording' : 'composing');
  await delay(given, undefined, { signal: world.life, ref: false }).catch(() => undefined);
  showOwnPresence(world, chat, 'paused');
}

/** A quote is looked for by id alone, and left out when it is not found. */
function quotedIn(chat: Chat, { quoted }: Fields): Message | undefined {
  const id = (quoted as { key?: { id?: unknown } } | undefined)?.key?.id;
  return chat.messages.find((message) => message.id === id);
}

function noteSending({ exchange: { world }, instance }: Call, { chat }: Target): void {
  const hadUnseen = chat.messages.some(({ source, is_seen }) => source === 'client' && !is_seen);
  evolutionState(world).sent.push({
    instance: instance.name,
    chat: chat.id,
    at: world.clock.now(),
    id: '',
    had_unseen: hadUnseen,
  });
}

/** `sendReaction`: an empty one takes the reaction back. What it does not find, WhatsApp shows to nobody. */
export async function sendReaction(call: Call): Promise<void> {
  const { exchange, session, instance } = call;
  const { world } = exchange;
  const fields = exchange.fields();
  refuseFaults(fields, SEND_SCHEMAS.sendReaction);
  const emoji = String(fields.reaction);
  if (!isEmoji(emoji)) throw badRequest('Reaction must be a single emoji or empty string');
  const { id, remoteJid, fromMe } = fields.key as {
    id: string;
    remoteJid: string;
    fromMe: boolean;
  };
  const target = targetOf(call, remoteJid);
  const { chat, line } = target;
  const known = chat.messages.find((message) => message.id === id);
  if (known !== undefined && (known.source !== 'client') === fromMe) {
    sendingAs(chat, target.jid, () =>
      reactTo(world, target, known, { by: line.number, emoji, via: viaOf(session) }),
    );
    const row = instance.rows.at(-1);
    return exchange.sendJson(201, row === undefined ? {} : shownRow(row));
  }
  const now = world.clock.now();
  const lost = { id: newMessageId(), author: line.number, source: 'api' } as const;
  exchange.sendJson(201, {
    key: keyOf(world, chat, lost),
    pushName: 'Você',
    status: 'PENDING',
    message: { reactionMessage: { key: fields.key, text: emoji, senderTimestampMs: String(now) } },
    messageType: 'reactionMessage',
    messageTimestamp: Math.floor(now / 1000),
    instanceId: instance.id,
    source: 'web',
  });
}

function isEmoji(text: string): boolean {
  return text === '' || /^(?![\d#*])(?:\p{RGI_Emoji}|\p{Emoji})\uFE0F?$/v.test(text);
}

/** `GET /group/findGroupInfos/{instance}?groupJid=`. */
export function findGroup({ exchange, session }: Call): void {
  const { world } = exchange;
  const asked = exchange.query('groupJid');
  if (asked === undefined || asked === '') {
    throw badRequest(
      'The group id needs to be informed in the query',
      'ex: "groupJid=120362@g.us"',
    );
  }
  const id = asked.endsWith('@g.us') ? asked : `${asked}@g.us`;
  const group = own(networkState(world).groups, id);
  if (group === undefined) {
    throw new Refusal(404, ['Error fetching group', 'Error: item-not-found']);
  }
  const number = session.phone?.number ?? '';
  exchange.sendJson(200, {
    id,
    subject: group.name,
    pictureUrl: null,
    size: group.members.length + 1,
    participants: [number, ...group.members].map((phone) => ({
      id: `${phone}@s.whatsapp.net`,
      admin: null,
    })),
  });
}
