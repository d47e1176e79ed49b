import { z } from 'zod';

/**
 * What we read of a message in WhatsApp's own format, which the servers pass on as JSON. Everything may be missing or of
 * another type: a wrong member must not spoil the rest. Some servers write `ID` and `PTT` where others write `Id` and
 * `ptt`.
 *
 * @see https://github.com/WhiskeySockets/Baileys/blob/master/WAProto/WAProto.proto
 */
export function maybe<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}

export const text = maybe(z.string());
export const flag = maybe(z.boolean());
export const count = maybe(z.number().nonnegative());

/** A whole number that may be written as text or, in JSON of 64-bit numbers, as two halves. */
const long = maybe(
  z.union([
    z.number().nonnegative(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
    z
      .object({ low: z.number().int(), high: z.literal(0) })
      .transform(({ low }) => low)
      .pipe(z.number().nonnegative()),
  ]),
);

/** Numbers as text too: some engines write coordinates so. */
const degrees = (most: number) =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^-?\d{1,3}(?:\.\d{1,20})?$/)
        .transform(Number),
    ])
    .pipe(z.number().min(-most).max(most));
export const latitude = degrees(90);
export const longitude = degrees(180);

const context = maybe(z.object({ stanzaId: text, stanzaID: text }));

const file = z.object({
  mimetype: text,
  fileName: text,
  title: text,
  fileLength: long,
  seconds: count,
  caption: text,
  ptt: flag,
  PTT: flag,
  contextInfo: context,
});

const place = z.object({
  degreesLatitude: latitude,
  degreesLongitude: longitude,
  name: text,
  address: text,
  comment: text,
  caption: text,
  contextInfo: context,
});

const card = z.object({ displayName: text, vcard: text, contextInfo: context });

const poll = z.object({
  name: text,
  options: maybe(z.array(maybe(z.object({ optionName: text })))),
  contextInfo: context,
});

const words = z.object({ text, contextInfo: context });

const template = maybe(z.object({ hydratedContentText: text }));

export const protoMessage = z.looseObject({
  conversation: text,
  extendedTextMessage: maybe(words),
  imageMessage: maybe(file),
  videoMessage: maybe(file),
  ptvMessage: maybe(file),
  audioMessage: maybe(file),
  documentMessage: maybe(file),
  stickerMessage: maybe(file),
  locationMessage: maybe(place),
  liveLocationMessage: maybe(place),
  contactMessage: maybe(card),
  contactsArrayMessage: maybe(
    z.object({ displayName: text, contacts: maybe(z.array(maybe(card))), contextInfo: context }),
  ),
  pollCreationMessage: maybe(poll),
  pollCreationMessageV2: maybe(poll),
  pollCreationMessageV3: maybe(poll),
  pollCreationMessageV5: maybe(poll),
  buttonsResponseMessage: maybe(
    z.object({
      selectedDisplayText: text,
      selectedButtonId: text,
      selectedButtonID: text,
      contextInfo: context,
    }),
  ),
  templateButtonReplyMessage: maybe(
    z.object({
      selectedDisplayText: text,
      selectedId: text,
      selectedID: text,
      contextInfo: context,
    }),
  ),
  listResponseMessage: maybe(
    z.object({
      title: text,
      singleSelectReply: maybe(z.object({ selectedRowId: text, selectedRowID: text })),
      contextInfo: context,
    }),
  ),
  interactiveResponseMessage: maybe(z.object({ body: maybe(words), contextInfo: context })),
  buttonsMessage: maybe(z.object({ contentText: text })),
  listMessage: maybe(z.object({ title: text, description: text })),
  templateMessage: maybe(
    z.object({ hydratedTemplate: template, hydratedFourRowTemplate: template }),
  ),
  interactiveMessage: maybe(
    z.object({ header: maybe(z.object({ title: text })), body: maybe(words) }),
  ),
  productMessage: maybe(z.object({ product: maybe(z.object({ title: text })) })),
  orderMessage: maybe(z.object({ orderTitle: text })),
  eventMessage: maybe(z.object({ name: text })),
  groupInviteMessage: maybe(z.object({ groupName: text, caption: text })),
});

export type ProtoMessage = z.output<typeof protoMessage>;
export type ProtoFile = z.output<typeof file>;
export type ProtoPlace = z.output<typeof place>;
