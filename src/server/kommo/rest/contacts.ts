import { z } from 'zod';
import { readAnswer } from '../answers.ts';
import { callAccount } from '../call-account.ts';
import type { Kommo } from '../kommo.ts';

/** Most contacts Kommo gives at once. Nobody's number is shared by more. */
const PAGE_SIZE = 250;

/** So many digits at the end make a number the same, whatever is before them: a country, an area, a zero. */
const TELLING_DIGITS = 8;

const value = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined);

const contacts = z.object({
  _embedded: z.object({
    contacts: z.array(
      z.object({
        id: z.number().int().positive(),
        custom_fields_values: z
          .array(
            z.object({
              field_code: z.string().nullish().catch(undefined),
              values: z.array(z.object({ value })).catch([]),
            }),
          )
          .nullish()
          .catch(undefined),
      }),
    ),
  }),
});

/**
 * The contact with this number, if exactly one has it. Numbers are compared by their digits: as a whole, or one being
 * the end of the other and at least eight digits long.
 *
 * @param phone - in any spelling
 * @throws KommoError
 * @see https://developers.kommo.com/reference/contacts-list (`query` searches all filled fields)
 */
export async function findContactByPhone(
  kommo: Kommo,
  accountId: number,
  phone: string,
): Promise<number | undefined> {
  const digits = digitsOf(phone);
  if (digits === '') return undefined;
  const answer = await callAccount(kommo, accountId, {
    method: 'GET',
    path: '/contacts',
    query: new URLSearchParams({ query: digits, limit: String(PAGE_SIZE) }),
    // A convenience, which must not cost the account its grant.
    mayHideDeadToken: true,
  });
  if (answer.status === 204) return undefined;
  const found = readAnswer(answer, contacts)._embedded.contacts.filter((contact) =>
    (contact.custom_fields_values ?? [])
      .filter(({ field_code }) => field_code === 'PHONE')
      .flatMap(({ values }) => values)
      .some(({ value }) => isSameNumber(digitsOf(value ?? ''), digits)),
  );
  return found.length === 1 ? found[0]?.id : undefined;
}

/**
 * Puts a chat of ours into a contact's card; a chat belongs to one contact. Sent without a cookie, with which Kommo
 * refuses it.
 *
 * @throws KommoError
 * @see https://developers.kommo.com/reference/link-chat-contact
 */
export async function linkChatToContact(
  kommo: Kommo,
  accountId: number,
  { contactId, kommoChatId }: { contactId: number; kommoChatId: string },
): Promise<void> {
  await callAccount(kommo, accountId, {
    method: 'POST',
    path: '/contacts/chats',
    json: [{ contact_id: contactId, chat_id: kommoChatId }],
    // Neither a contact that is gone nor a channel without the integration's id is the account's or the grant's fault.
    mayBeMissing: true,
    mayHideDeadToken: true,
  });
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

function isSameNumber(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short === long || (short.length >= TELLING_DIGITS && long.endsWith(short));
}
