import type { WebhookRequest } from '../../../src/server/connectors/connector.ts';
import { SESSION } from './waha-server.ts';

export const ACCOUNT = { externalId: '5511888880000' };
export const ME = { id: '5511888880000@c.us', pushName: 'Shop', lid: '999000111222333@lid' };

/** Ana, by all of her ids. */
export const ANA = '5511999990000@c.us';
export const ANA_JID = '5511999990000@s.whatsapp.net';
export const ANA_LID = '777000111222333@lid';
export const GROUP = '120363000000000001@g.us';

export const DATE = 1_795_773_600;

let events = 0;

/** What WAHA posts. */
export function event(name: string, payload: unknown, more: object = {}): WebhookRequest {
  events += 1;
  const envelope = {
    id: `evt_01${String(events).padStart(24, '0')}`,
    timestamp: DATE * 1000 + 250,
    event: name,
    session: SESSION,
    me: ME,
    payload,
    engine: 'WEBJS',
    environment: { version: '2026.7.1', engine: 'WEBJS', tier: 'PLUS' },
    ...more,
  };
  return { headers: {}, body: Buffer.from(JSON.stringify(envelope)) };
}

/** A message of Ana to the shop, as every engine tells it. */
export function message(fields: object = {}, id = '3EB0AA', chat = ANA): object {
  return {
    id: `false_${chat}_${id}`,
    timestamp: DATE,
    from: chat,
    fromMe: false,
    source: 'app',
    to: ME.id,
    participant: null,
    body: '',
    hasMedia: false,
    media: null,
    ack: 2,
    ackName: 'DEVICE',
    location: null,
    vCards: null,
    replyTo: null,
    ...fields,
  };
}

/** The same of WhatsApp Web, with its own name for the kind. */
export function web(type: string, fields: object = {}, data: object = {}, id?: string): object {
  return message({ _data: { type, notifyName: 'Ana', ...data }, ...fields }, id);
}

/** The same of Baileys: the message as WhatsApp has it. */
export function noweb(content: object, fields: object = {}, id = '3EB0AA'): object {
  const key = { remoteJid: ANA_JID, fromMe: false, id };
  return message({ to: null, _data: { key, pushName: 'Ana', message: content }, ...fields }, id);
}

/** The same of whatsmeow, which names a chat by the hidden id and tells the number beside it. */
export function gows(content: object, fields: object = {}, id = '3EB0AA'): object {
  const info = {
    Chat: ANA_LID,
    Sender: ANA_LID,
    SenderAlt: '5511999990000:26@s.whatsapp.net',
    RecipientAlt: '',
    IsFromMe: false,
    IsGroup: false,
    ID: id,
    PushName: 'Ana',
  };
  return message({ to: null, _data: { Info: info, Message: content }, ...fields }, id, ANA_LID);
}

/** Where WAHA put a file. */
export function file(mimetype: string, fields: object = {}): object {
  return {
    hasMedia: true,
    media: {
      url: 'http://localhost:3000/api/files/false_5511999990000@c.us_3EB0AA.jpg',
      mimetype,
      filename: null,
      error: null,
      ...fields,
    },
  };
}
