import { z } from 'zod';
import type { Tools } from '../connector.ts';
import { optionalText } from '../http.ts';
import type { ReceivedPerson } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { chatOfPerson, jidOf, phoneOfChat } from '../whatsapp/chat.ts';
import { maybe } from '../whatsapp/proto-shape.ts';
import { chatOfKey, messageOfChat } from './chats.ts';
import type { EvolutionClient } from './client.ts';
import { type MessageKey, messageKey } from './event.ts';

/** Records may hold small pictures, so few are asked for. */
const MOST_RECORDS = 3;

/** Where a key tells a chat. */
const NAMES = ['remoteJid', 'remoteJidAlt', 'senderLid', 'senderPn', 'previousRemoteJid'] as const;

const numbers = z.array(z.object({ jid: optionalText }));
const keptMessages = z.object({
  messages: z.object({ records: z.array(maybe(z.object({ key: maybe(messageKey) }))) }),
});
const contacts = z.array(maybe(z.object({ remoteJid: optionalText, pushName: optionalText })));
const group = z.object({ subject: optionalText });

/** An instance and the server it is on. */
interface Place {
  client: EvolutionClient;
  instance: string;
}

/**
 * The chat that is meant by a hidden id, or by one of its messages: what the server has learned of numbers first, then
 * the messages it has kept.
 *
 * @see https://doc.evolution-api.com/v2/api-reference/chat-controller/check-is-whatsapp
 * @throws ConnectorError `rate_limited`, `unavailable`, `misconfigured`
 */
export async function findChat(
  tools: Tools,
  place: Place,
  alias: string,
): Promise<{ chatId: string; phone?: string } | undefined> {
  const messageId = messageOfChat(alias);
  if (messageId !== undefined) {
    const [key] = await keptKeys(tools, place, { id: messageId });
    // What the account wrote is nothing that a client could have changed.
    const chat = key === undefined || key.fromMe === true ? undefined : chatOfKey(key, '');
    return chat === undefined || chat.isGroup ? undefined : named(chat.id);
  }
  const known = await jidBehind(tools, place, alias);
  const found = known && numberOf({ remoteJid: known });
  if (found !== undefined) return named(found);
  const keys = await keptKeys(tools, place, { remoteJid: alias });
  const [chatId] = keys.flatMap((key) => numberOf(key) ?? []);
  return chatId === undefined ? undefined : named(chatId);
}

/**
 * The name of somebody whose events do not tell it, or of a group.
 *
 * @see https://doc.evolution-api.com/v2/api-reference/group-controller/find-group-by-jid
 * @throws ConnectorError as above
 */
export async function findPerson(
  tools: Tools,
  place: Place,
  personId: string,
): Promise<Omit<ReceivedPerson, 'id'> | undefined> {
  const { chatId, isGroup } = chatOfPerson(personId);
  const jid = jidOf(chatId, 's.whatsapp.net');
  if (jid === undefined) return undefined;
  const found = await (isGroup ? groupName : contactName)(tools, place, jid);
  const name = plainLine(found);
  return name === undefined ? undefined : { name };
}

/** What the server has learned of a hidden id, which it keeps for some days. */
async function jidBehind(
  tools: Tools,
  { client, instance }: Place,
  alias: string,
): Promise<string | undefined> {
  const path = `/chat/whatsappNumbers/${instance}`;
  const answer = await client.call(tools, { method: 'POST', path, json: { numbers: [alias] } });
  return numbers.safeParse(answer.json).data?.[0]?.jid;
}

/** The keys of the newest messages the server has kept that fit. */
async function keptKeys(
  tools: Tools,
  { client, instance }: Place,
  key: { id: string } | { remoteJid: string },
): Promise<MessageKey[]> {
  const answer = await client.call(tools, {
    method: 'POST',
    path: `/chat/findMessages/${instance}`,
    // `offset` is how many it answers with.
    json: { where: { key }, page: 1, offset: MOST_RECORDS },
  });
  const found = keptMessages.safeParse(answer.json).data?.messages.records ?? [];
  // Checked, because a server that ignores the filter would name somebody else.
  const [wanted] = Object.values(key);
  const fits = (one: MessageKey) =>
    'id' in key ? one.id === wanted : NAMES.some((name) => one[name] === wanted);
  return found.flatMap((record) => record?.key ?? []).filter(fits);
}

async function contactName(
  tools: Tools,
  { client, instance }: Place,
  jid: string,
): Promise<string | undefined> {
  const path = `/chat/findContacts/${instance}`;
  const json = { where: { remoteJid: jid } };
  const answer = await client.call(tools, { method: 'POST', path, json });
  // Checked, because a server that ignores the filter would name somebody else.
  const found = contacts.safeParse(answer.json).data ?? [];
  return found.find((contact) => contact?.remoteJid === jid)?.pushName;
}

async function groupName(
  tools: Tools,
  { client, instance }: Place,
  jid: string,
): Promise<string | undefined> {
  const path = `/group/findGroupInfos/${instance}?groupJid=${encodeURIComponent(jid)}`;
  return group.safeParse((await client.call(tools, { path })).json).data?.subject;
}

/** The chat by its number, where the key tells one. */
function numberOf(key: MessageKey): string | undefined {
  const chat = chatOfKey(key, '');
  return chat?.isAlias || chat?.isGroup ? undefined : chat?.id;
}

function named(chatId: string): { chatId: string; phone?: string } {
  const phone = phoneOfChat(chatId);
  return { chatId, ...(phone !== undefined && { phone }) };
}
