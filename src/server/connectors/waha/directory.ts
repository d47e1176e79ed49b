import { z } from 'zod';
import type { Tools } from '../connector.ts';
import { optionalText, sendJson } from '../http.ts';
import type { ReceivedPerson } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { chatOf, chatOfPerson, phoneOfChat } from '../whatsapp/chat.ts';
import type { WahaAccess } from './access.ts';
import { wireChat } from './addresses.ts';

const hiddenNumber = z.object({ pn: z.string() });

const contact = z.object({ name: optionalText, pushname: optionalText });

const profilePicture = z.object({ profilePictureURL: optionalText });

/** Each engine has its own name for the name. */
const group = z.object({
  subject: optionalText,
  Name: optionalText,
  name: optionalText,
  groupMetadata: z.object({ subject: optionalText }).optional().catch(undefined),
});

/**
 * The number behind a hidden id, as far as the phone knows it.
 *
 * @see https://waha.devlike.pro/docs/how-to/contacts/#get-phone-number-by-lid
 * @throws ConnectorError `rate_limited`, `unavailable`, `misconfigured`
 */
export async function findChat(
  tools: Tools,
  access: WahaAccess,
  alias: string,
): Promise<{ chatId: string; phone?: string } | undefined> {
  const path = `/api/${access.session}/lids/${encodeURIComponent(alias)}`;
  const chat = chatOf(hiddenNumber.safeParse(await look(tools, access, path)).data?.pn);
  if (chat === undefined || chat.isAlias || chat.isGroup) return undefined;
  const phone = phoneOfChat(chat.id);
  return { chatId: chat.id, ...(phone !== undefined && { phone }) };
}

/**
 * The name of somebody whose events do not tell it, or of a group.
 *
 * @see https://waha.devlike.pro/docs/how-to/contacts/#get-contact
 * @throws ConnectorError as above
 */
export async function findPerson(
  tools: Tools,
  access: WahaAccess,
  personId: string,
): Promise<Omit<ReceivedPerson, 'id'> | undefined> {
  const { chatId, isGroup } = chatOfPerson(personId);
  const chat = wireChat(chatId);
  if (chat === undefined) return undefined;
  const name = isGroup
    ? await groupName(tools, access, chat)
    : await contactName(tools, access, chat);
  return name === undefined ? undefined : { name };
}

/**
 * Where WhatsApp keeps the picture of a number.
 *
 * @see https://waha.devlike.pro/docs/how-to/contacts/#get-contact-profile-picture
 * @throws ConnectorError as above
 */
export async function findPictureAddress(
  tools: Tools,
  access: WahaAccess,
  digits: string,
): Promise<string | undefined> {
  const query = new URLSearchParams({ contactId: `${digits}@c.us`, session: access.session });
  const found = await look(tools, access, `/api/contacts/profile-picture?${query}`);
  return profilePicture.safeParse(found).data?.profilePictureURL;
}

async function groupName(
  tools: Tools,
  access: WahaAccess,
  chat: string,
): Promise<string | undefined> {
  const path = `/api/${access.session}/groups/${encodeURIComponent(chat)}`;
  const found = group.safeParse(await look(tools, access, path)).data;
  return plainLine(found?.subject ?? found?.groupMetadata?.subject ?? found?.Name ?? found?.name);
}

async function contactName(
  tools: Tools,
  access: WahaAccess,
  chat: string,
): Promise<string | undefined> {
  const query = new URLSearchParams({ contactId: chat, session: access.session });
  const found = contact.safeParse(await look(tools, access, `/api/contacts?${query}`)).data;
  return plainLine(found?.name ?? found?.pushname);
}

/** @returns undefined where WAHA does not know */
async function look(tools: Tools, { url, apiKey }: WahaAccess, path: string): Promise<unknown> {
  const headers = { 'x-api-key': apiKey };
  const { status, json } = await sendJson(tools.send, { url: url + path, headers });
  return status < 400 ? json : undefined;
}
