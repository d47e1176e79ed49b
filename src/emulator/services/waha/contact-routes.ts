import type { Handler, Route } from '../../kommo/exchange.ts';
import { pictureOfLine } from '../whatsapp/file-routes.ts';
import { lookUpNumber, personByLid } from '../whatsapp/people.ts';
import { networkState, own, type Person } from '../whatsapp/state.ts';
import { type Call, sessionCall } from './call.ts';
import { fail } from './errors.ts';
import { readChatId } from './ids.ts';

type At = (method: Route['method'], path: string, handler: Handler) => Route;

/** People, and both of their ids. @see https://waha.devlike.pro/docs/how-to/contacts/ */
export function contactRoutes(at: At): Route[] {
  return [
    at('GET', '/api/contacts/check-exists', sessionCall(checkExists)),
    at('GET', '/api/contacts', sessionCall(showContact)),
    at('GET', '/api/contacts/profile-picture', sessionCall(showPicture)),
    at('GET', '/api/:session/lids', sessionCall(listLids)),
    at('GET', '/api/:session/lids/count', sessionCall(countLids)),
    at('GET', '/api/:session/lids/pn/:phone', sessionCall(lidOfPhone)),
    at('GET', '/api/:session/lids/:lid', sessionCall(phoneOfLid)),
  ];
}

/** The chatId is the number as WhatsApp writes it: in Brazil it may have a digit less than what was asked. */
function checkExists({ exchange, world }: Call): void {
  const phone = (exchange.query('phone') ?? '').replace(/^\+/, '').replace(/@c\.us$/, '');
  if (!/^\d+$/.test(phone)) return void fail(exchange, 400, 'phone must be a phone number');
  const person = lookUpNumber(world, phone);
  exchange.sendJson(200, {
    numberExists: person !== undefined,
    ...(person !== undefined && { chatId: `${person.phone}@c.us` }),
  });
}

function personNamed({ world }: Call, id: string): Person | undefined {
  const { person, phone } = readChatId(world, id) ?? {};
  return person ?? own(networkState(world).people, phone ?? '');
}

function showContact(call: Call): void {
  const { exchange } = call;
  const id = exchange.query('contactId') ?? '';
  const person = personNamed(call, id);
  exchange.sendJson(200, {
    id: id.endsWith('@lid') ? id : `${person?.phone ?? id.replace(/@c\.us$/, '')}@c.us`,
    ...(!id.endsWith('@lid') && { number: id.replace(/@c\.us$/, '') }),
    name: null,
    pushname: person?.name ?? null,
    shortName: null,
    isMe: false,
    isGroup: false,
    isWAContact: person !== undefined,
    isMyContact: false,
    isBlocked: false,
  });
}

/** Nobody here has a picture but the linked number. */
function showPicture({ exchange, world, number }: Call): void {
  const asked = (exchange.query('contactId') ?? '').replace(/@c\.us$/, '');
  const isOwn = asked === number;
  exchange.sendJson(200, { profilePictureURL: isOwn ? pictureOfLine(world, number) : null });
}

function isTold({ addressing }: Person): boolean {
  return addressing !== 'hidden';
}

function pairOf(person: Person): { lid: string; pn: string | null } {
  return { lid: `${person.lid}@lid`, pn: isTold(person) ? `${person.phone}@c.us` : null };
}

function listLids({ exchange, world }: Call): void {
  const limit = Number(exchange.query('limit') ?? 100);
  const offset = Number(exchange.query('offset') ?? 0);
  const known = Object.values(networkState(world).people).filter(isTold);
  exchange.sendJson(200, known.slice(offset, offset + limit).map(pairOf));
}

function countLids({ exchange, world }: Call): void {
  exchange.sendJson(200, {
    count: Object.values(networkState(world).people).filter(isTold).length,
  });
}

/** `pn` is null for a person whose phone nobody told. */
function phoneOfLid({ exchange, world }: Call): void {
  const lid = exchange.param('lid').replace(/@lid$/, '');
  const person = personByLid(world, lid);
  exchange.sendJson(200, person === undefined ? { lid: `${lid}@lid`, pn: null } : pairOf(person));
}

function lidOfPhone({ exchange, world }: Call): void {
  const phone = exchange
    .param('phone')
    .replace(/@c\.us$/, '')
    .replace(/^\+/, '');
  const person = own(networkState(world).people, phone);
  const isKnown = person !== undefined && isTold(person);
  exchange.sendJson(200, { lid: isKnown ? `${person.lid}@lid` : null, pn: `${phone}@c.us` });
}
