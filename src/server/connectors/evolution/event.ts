import { z } from 'zod';
import { flag, maybe, text } from '../whatsapp/proto-shape.ts';

/**
 * What we read of an event. Everything may be missing or of another type: what WhatsApp's library hands on changes
 * with each of its versions, and a wrong member must not spoil the rest.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.7/src/api/integrations/channel/whatsapp/whatsapp.baileys.service.ts
 */

/** A whole number of 64 bits: as a number, as text, or as the two halves that JSON of such numbers has. */
const long = z
  .union([
    z.number(),
    z.string().regex(/^\d{1,16}$/),
    z.object({ low: z.number().int(), high: z.number().int().nonnegative() }),
  ])
  .transform((value) =>
    Math.floor(
      typeof value === 'object' ? value.high * 2 ** 32 + (value.low >>> 0) : Number(value),
    ),
  );

/** Unix time in seconds. */
const seconds = maybe(long.pipe(z.number().positive().max(253_402_300_799)));
/** The same in milliseconds. */
const milliseconds = maybe(long.pipe(z.number().positive().max(253_402_300_799_999)));

/** A message by its kinds, such as `{ imageMessage: … }`. */
const message = maybe(z.record(z.string(), z.unknown()));

/** Which message, where, and whose. */
export const messageKey = z.object({
  remoteJid: text,
  fromMe: flag,
  id: text,
  participant: text,
  // The number of a hidden id, or the hidden id of a number.
  remoteJidAlt: text,
  participantAlt: text,
  // What versions before 2.3.5 called them.
  senderPn: text,
  senderLid: text,
  participantPn: text,
  participantLid: text,
  previousRemoteJid: text,
});

/** `messages.upsert` */
export const upsert = z.object({
  key: messageKey,
  pushName: text,
  message,
  contextInfo: maybe(z.object({ stanzaId: text })),
  messageTimestamp: seconds,
});

/** `messages.update`: a status; since 2.3.7 also what a message was edited to. */
export const update = z.object({
  keyId: text,
  remoteJid: text,
  fromMe: flag,
  status: text,
  message,
});

/** `messages.edited`, and the same within a message: an edit, or a deletion. */
export const protocolMessage = z.object({
  key: maybe(messageKey),
  type: maybe(z.union([z.number(), z.string()])),
  editedMessage: message,
  timestampMs: milliseconds,
});

/** `messages.delete`: a key; or a whole message, with its key, where the deletion came through the API. */
export const deletion = z.union([
  z.object({ key: messageKey }),
  messageKey.transform((key) => ({ key })),
]);

/** `presence.update` */
export const presence = z.object({
  id: text,
  presences: maybe(z.record(z.string(), maybe(z.object({ lastKnownPresence: text })))),
});

export const reactionMessage = z.object({ key: maybe(messageKey), text });

/** `data` is a list in some versions. */
export const evolutionEvent = z.object({ event: z.string(), data: z.unknown() });

export type MessageKey = z.output<typeof messageKey>;
export type Upsert = z.output<typeof upsert>;
export type ProtocolMessage = z.output<typeof protocolMessage>;
export type WhatsAppMessage = Record<string, unknown>;
