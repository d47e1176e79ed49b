import { z } from 'zod';
import { plainLine } from '../plain-text.ts';

const LONGEST_TEXT = 65_536;
const LONGEST_ADDRESS = 8_192;
const LONGEST_EMOJI = 64;

/** A time in seconds is far below, one in microseconds far above. */
const EARLIEST_MS = 1e11;
const LATEST_MS = 1e14;

const MEDIA_KINDS = ['picture', 'video', 'voice', 'audio', 'file', 'sticker'] as const;

/** Many languages write null for what is absent. */
function optional<Type extends z.ZodType>(type: Type) {
  return type.nullish().transform((value) => value ?? undefined);
}

/** Stored and compared, so it is taken unchanged or not at all. Numbers beyond JavaScript's keep their digits. */
const id = z
  .union([z.string(), z.int()], 'must be a text')
  .transform(String)
  .refine((value) => plainLine(value) === value, 'must be one line of 1 to 255 characters');

const line = z
  .string('must be a text')
  .transform((value) => plainLine(value) ?? '')
  .refine((value) => value !== '', 'must not be empty');

/** What the database and JSON can carry. */
const text = z
  .string('must be a text')
  .max(LONGEST_TEXT, `must not be longer than ${LONGEST_TEXT} characters`)
  .transform((value) => value.toWellFormed().replaceAll('\0', ''));

const filledText = text.refine((value) => value.trim() !== '', 'must not be empty');

/** E.164, with or without what people put between the digits. */
const phone = z
  .string('must be a text')
  .transform((value) => value.replaceAll(/[\s().-]/g, ''))
  .refine(
    (value) => /^\+?[1-9]\d{6,14}$/.test(value),
    'must be an international number such as +5511912345678',
  )
  .transform((value) => (value.startsWith('+') ? value : `+${value}`));

const number = (low: number, high: number) =>
  z
    .number(`must be a number from ${low} to ${high}`)
    .min(low, `must be a number from ${low} to ${high}`)
    .max(high, `must be a number from ${low} to ${high}`);

const timestamp = z
  .int('must be a whole number')
  .min(EARLIEST_MS, 'must be in milliseconds')
  .max(LATEST_MS, 'must be in milliseconds');

const location = z.object(
  { lat: number(-90, 90), lon: number(-180, 180) },
  'must be an object with lat and lon',
);
const contact = z.object({ name: line, phone: line }, 'must be an object with name and phone');

/**
 * The shapes of the events a service may post. What is not named here is ignored, so that a service may send more
 * than we know. Messages of faults are our own words and never repeat a value.
 *
 * @param isAllowed whether an address in an event may be called at all
 */
export function eventSchema(isAllowed: (address: string) => boolean) {
  const address = z
    .string('must be a text')
    .max(LONGEST_ADDRESS, `must not be longer than ${LONGEST_ADDRESS} characters`)
    .refine(isAllowed, 'must be a public https address')
    .transform((given) => new URL(given).href);
  const media = z.object({
    kind: z.enum(MEDIA_KINDS),
    media_url: address,
    file_name: optional(line),
    file_size: optional(z.int('must be a whole number of bytes').min(0, 'must not be negative')),
    text: optional(text),
  });
  const message = z.discriminatedUnion(
    'kind',
    [
      z.object({
        kind: z.literal('text'),
        text: filledText,
        callback_data: optional(text),
      }),
      media,
      z.object({ kind: z.literal('location'), location, text: optional(text) }),
      z.object({ kind: z.literal('contact'), contact, text: optional(text) }),
    ],
    {
      error: ({ code }) =>
        code === 'invalid_union'
          ? `must be one of text, ${MEDIA_KINDS.join(', ')}, location, contact`
          : 'must be an object',
    },
  );
  const common = {
    conversation: z.object({ id }, 'must be an object with an id'),
    person: z.object(
      {
        id,
        name: line,
        phone: optional(phone),
        email: optional(line),
        avatar_url: optional(address),
      },
      'must be an object with id and name',
    ),
    timestamp_ms: timestamp,
  };
  return z.discriminatedUnion(
    'type',
    [
      z.object({
        type: z.literal('message'),
        id,
        ...common,
        message,
        from_staff: optional(z.boolean('must be true or false')),
        reply_to: optional(id),
      }),
      z.object({ type: z.literal('edit'), id, ...common, message }),
      z.object({ type: z.literal('delete'), id, ...common }),
      z.object({
        type: z.literal('reaction'),
        id,
        ...common,
        emoji: z
          .string('must be a text, or null to take the reaction away')
          .max(LONGEST_EMOJI, 'is too long')
          .transform((value) => plainLine(value) ?? '')
          .refine((value) => value !== '', 'must be a text, or null to take the reaction away')
          .nullable(),
      }),
      z.object({
        type: z.literal('status'),
        id,
        state: z.enum(['delivered', 'read', 'failed'], 'must be delivered, read or failed'),
        reason: optional(z.string('must be a text')),
      }),
      z.object({ type: z.literal('typing'), ...common }),
    ],
    {
      error: ({ code }) =>
        code === 'invalid_union'
          ? 'must be one of message, edit, delete, reaction, status, typing'
          : 'must be a JSON object',
    },
  );
}

export type ApiEvent = z.output<ReturnType<typeof eventSchema>>;
