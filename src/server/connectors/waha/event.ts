import { z } from 'zod';
import { count, flag, latitude, longitude, maybe, text } from '../whatsapp/proto-shape.ts';

/**
 * What we read of an event. The members of `payload` are WAHA's own and alike for all engines; `_data` is what the engine
 * had: a message of WhatsApp Web (WEBJS, WPP), of Baileys (NOWEB) or of whatsmeow (GOWS). As in all readers here, a wrong
 * member must not spoil the rest.
 *
 * @see https://waha.devlike.pro/docs/how-to/events/
 */

/** Ids of WhatsApp Web are objects at times. */
const id = maybe(
  z.union([z.string(), z.object({ _serialized: z.string() }).transform((all) => all._serialized)]),
);

/** Unix time in seconds, with a fraction or as text at times. */
const date = maybe(
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,13}$/)
        .transform(Number),
    ])
    .pipe(z.number().positive().max(253_402_300_799)),
);

const media = z.object({
  url: text,
  mimetype: text,
  filename: text,
  error: z.unknown().optional(),
});

/** Words of a place are under one of these names. */
const place = z.object({
  latitude,
  longitude,
  description: text,
  title: text,
  name: text,
  address: text,
});

const named = maybe(z.object({ name: text }));

const engineData = z.looseObject({
  // WhatsApp Web
  type: text,
  notifyName: text,
  author: id,
  sender: maybe(z.object({ pushname: text, name: text })),
  chat: named,
  filename: text,
  title: text,
  orderTitle: text,
  eventName: text,
  caption: text,
  duration: maybe(
    z.union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,6}$/)
        .transform(Number),
    ]),
  ),
  lat: maybe(latitude),
  lng: maybe(longitude),
  loc: text,
  vcardList: maybe(z.array(maybe(z.object({ vcard: text })))),
  pollName: text,
  pollOptions: maybe(z.array(named)),
  quotedStanzaID: text,
  selectedButtonId: text,
  selectedId: text,
  listResponse: maybe(
    z.object({ title: text, singleSelectReply: maybe(z.object({ selectedRowId: text })) }),
  ),
  // Baileys
  pushName: text,
  key: maybe(
    z.object({
      remoteJidAlt: text,
      participantAlt: text,
      senderPn: text,
      senderLid: text,
      participantPn: text,
      participantLid: text,
    }),
  ),
  message: z.unknown().optional(),
  // whatsmeow
  Info: maybe(z.object({ PushName: text, SenderAlt: text, RecipientAlt: text })),
  Message: z.unknown().optional(),
});

/** Members that every event about a message has. */
const aboutMessage = z.object({
  id,
  timestamp: date,
  from: id,
  to: id,
  participant: id,
  author: id,
  fromMe: flag,
  _data: maybe(engineData),
});

const message = aboutMessage.extend({
  source: text,
  body: text,
  hasMedia: flag,
  media: maybe(media),
  location: maybe(place),
  vCards: maybe(z.array(maybe(z.string()))),
  replyTo: maybe(z.object({ id })),
});

const edit = message.extend({ editedMessageId: id });

const revocation = z.object({
  revokedMessageId: id,
  after: maybe(aboutMessage),
  before: maybe(aboutMessage),
});

const reaction = aboutMessage.extend({ reaction: z.object({ text, messageId: id }) });

const acknowledgement = z.object({ id, fromMe: flag, ack: maybe(z.number()), ackName: text });

const presence = z.object({
  id,
  presences: z.array(maybe(z.object({ lastKnownPresence: text }))),
});

const envelope = z.object({
  /** Another one for each event, the same for its repeats. */
  id: text,
  /** In milliseconds. */
  timestamp: count,
  me: maybe(z.object({ id, lid: id })),
});

export const eventShape = z.discriminatedUnion('event', [
  envelope.extend({ event: z.literal('message.any'), payload: message }),
  envelope.extend({ event: z.literal('message.edited'), payload: edit }),
  envelope.extend({ event: z.literal('message.revoked'), payload: revocation }),
  envelope.extend({ event: z.literal('message.reaction'), payload: reaction }),
  envelope.extend({ event: z.literal('message.ack'), payload: acknowledgement }),
  envelope.extend({ event: z.literal('presence.update'), payload: presence }),
]);

export type WahaEvent = z.output<typeof eventShape>;
export type WahaEnvelope = z.output<typeof envelope>;
export type WahaMessage = z.output<typeof message>;
export type WahaAboutMessage = z.output<typeof aboutMessage>;
export type WahaEngineData = z.output<typeof engineData>;
