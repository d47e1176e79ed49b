import { z } from 'zod';

/** A button under a message: the client's answer, or a link. */
export interface MessageButton {
  text: string;
  url?: string;
}

/** A list the client chooses a row from. */
export interface ListMessage {
  header?: string;
  body?: string;
  footer?: string;
  /** What opens the list. */
  button?: string;
  sections: {
    title?: string;
    /** `callbackData` goes back with the client's choice. */
    rows: { callbackData?: string; title: string; description?: string }[];
  }[];
}

/** The parts every message has, also one that another quotes or forwards. Absent texts and sizes are left out. */
export interface MessageParts {
  /** Kommo's word for the kind, such as `text` or `picture`; one we do not know, as it came. */
  type: string;
  text?: string;
  /** Address of the file, at Kommo. */
  mediaUrl?: string;
  thumbnailUrl?: string;
  fileName?: string;
  fileBytes?: number;
  mediaSeconds?: number;
  location?: { lat: number; lon: number };
  contact?: { name?: string; phone: string };
}

/** A message another one quotes. */
export interface QuotedKommoMessage extends MessageParts {
  kommoMessageId?: string;
  /** Ours. */
  msgid?: string;
  /** When it was written, since 1970. */
  atMs?: number;
  senderName?: string;
}

/** What a message of Kommo holds. */
export interface KommoMessage extends MessageParts {
  kommoMessageId: string;
  /** Ours; absent for one that was written in Kommo. */
  msgid?: string;
  /** The same for all parts of one sending. */
  mediaGroupId?: string;
  /** By rows. */
  buttons?: MessageButton[][];
  list?: ListMessage;
  /** The template it was made from; `text` holds the result. */
  template?: {
    id: number;
    externalId?: string;
    content?: string;
    params: { key: string; value: string }[];
  };
  replyTo?: QuotedKommoMessage;
  forwards?: { messages: QuotedKommoMessage[]; conversationKommoId?: string };
  /** It answers a comment below this post. */
  postId?: string;
}

/** What is not there is often sent empty, or null; a number may come as a text, and an id as a number. */
const anyText = z
  .union([z.string(), z.number().transform(String)])
  // Neither the database nor a chat service takes NUL, or half a surrogate pair.
  .transform((value) => value.toWellFormed().replaceAll('\0', ''));

/** A text that is there. */
export const text = anyText.pipe(z.string().min(1));
export const optionalText = text.optional().catch(undefined);

const anyNumber = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d{1,15}(?:\.\d{1,15})?$/)
    .transform(Number),
]);
/** A whole number that is not negative. */
export const count = anyNumber.pipe(z.number().int().nonnegative());
export const optionalCount = count.optional().catch(undefined);
const optionalSize = anyNumber.pipe(z.number().positive()).optional().catch(undefined);

/** The members of a list that can be read. */
function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .array(z.unknown())
    .transform((all) =>
      all.flatMap((one) => {
        const { success, data } = item.safeParse(one);
        return success ? [data] : [];
      }),
    )
    .catch([]);
}

/** Leaves out what is undefined. */
export function present<Value extends object>(value: Value): Present<Value> {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as Present<Value>;
}

type Present<Value> = {
  [Name in keyof Value as undefined extends Value[Name] ? never : Name]: Value[Name];
} & {
  [Name in keyof Value as undefined extends Value[Name] ? Name : never]?: Exclude<
    Value[Name],
    undefined
  >;
};

const partsShape = {
  type: text,
  text: optionalText,
  media: optionalText,
  thumbnail: optionalText,
  file_name: optionalText,
  file_size: optionalSize,
  media_duration: optionalSize,
  location: z.object({ lat: anyNumber, lon: anyNumber }).optional().catch(undefined),
  contact: z
    .object({ name: optionalText, phone: text })
    .transform(present)
    .optional()
    .catch(undefined),
};

function partsOf(raw: z.output<z.ZodObject<typeof partsShape>>) {
  return {
    type: raw.type,
    text: raw.text,
    mediaUrl: raw.media,
    thumbnailUrl: raw.thumbnail,
    fileName: raw.file_name,
    fileBytes: raw.file_size,
    mediaSeconds: raw.media_duration,
    location: raw.location,
    contact: raw.contact,
  };
}

const timesShape = { timestamp: optionalCount, msec_timestamp: optionalCount };

/** When something happened, in milliseconds since 1970. */
export function instantOf(times: {
  timestamp?: number | undefined;
  msec_timestamp?: number | undefined;
}): number | undefined {
  if (times.msec_timestamp !== undefined) return times.msec_timestamp;
  return times.timestamp === undefined ? undefined : times.timestamp * 1000;
}

const quoted = z
  .object({
    ...partsShape,
    ...timesShape,
    type: text.catch('text'),
    id: optionalText,
    msgid: optionalText,
    sender: z.object({ name: optionalText }).optional().catch(undefined),
  })
  .transform((raw) =>
    present({
      ...partsOf(raw),
      kommoMessageId: raw.id,
      msgid: raw.msgid,
      atMs: instantOf(raw),
      senderName: raw.sender?.name,
    }),
  );

const button = z.object({ text, url: optionalText }).transform(present);

const row = z
  .object({ callback_data: optionalText, title: text, description: optionalText })
  .transform(({ callback_data: callbackData, title, description }) =>
    present({ callbackData, title, description }),
  );
const section = z.object({ title: optionalText, rows: listOf(row) }).transform(present);
const list = z
  .object({
    header: optionalText,
    body: optionalText,
    footer: optionalText,
    button: optionalText,
    sections: listOf(section),
  })
  .transform(present);

const markup = z
  .object({
    buttons: listOf(listOf(button)),
    list_message: list.optional().catch(undefined),
  })
  .nullish()
  .catch(undefined);

const template = z
  .object({
    id: count,
    external_id: optionalText,
    content: optionalText,
    params: listOf(z.object({ key: text, value: anyText.catch('') })),
  })
  .transform(({ external_id: externalId, ...rest }) => present({ ...rest, externalId }))
  .optional()
  .catch(undefined);

const forwards = z
  .object({ messages: listOf(quoted), conversation_ref_id: optionalText })
  .transform(({ messages, conversation_ref_id: conversationKommoId }) =>
    present({ messages, conversationKommoId }),
  )
  .optional()
  .catch(undefined);

/**
 * A message as webhooks and the history have it. Whatever is optional and cannot be read is taken as absent.
 *
 * @see https://developers.kommo.com/reference/receiving-chat-webhooks
 * @see https://www.amocrm.ru/developers/content/chats/chat-webhooks
 */
export const kommoMessage = z
  .object({
    ...partsShape,
    id: text,
    client_id: optionalText,
    media_group_id: optionalText,
    markup,
    template,
    reply_to: z.object({ message: quoted }).optional().catch(undefined),
    forwards,
    post: z.object({ id: text }).optional().catch(undefined),
  })
  .transform((raw): KommoMessage => {
    const rows = (raw.markup?.buttons ?? []).filter((one) => one.length > 0);
    return present({
      ...partsOf(raw),
      kommoMessageId: raw.id,
      msgid: raw.client_id,
      mediaGroupId: raw.media_group_id,
      buttons: rows.length > 0 ? rows : undefined,
      list: raw.markup?.list_message,
      template: raw.template,
      replyTo: raw.reply_to?.message,
      forwards: raw.forwards,
      postId: raw.post?.id,
    });
  });
