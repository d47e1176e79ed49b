import type { Author, ChatUser } from '../chat-entities.ts';
import type { Account, Scope } from '../entities.ts';
import type { World } from '../world.ts';

/** A person as a request describes them. */
export interface PersonInput {
  id?: unknown;
  ref_id?: unknown;
  name?: unknown;
  avatar?: unknown;
  profile?: { phone?: unknown; email?: unknown };
}

/** Somebody a request names. Nothing is written before `greet`. */
export interface Acquaintance {
  person: ChatUser;
  author: Author;
  input: PersonInput;
  /** Named by a `ref_id` that is known, so that no name is needed. */
  isReferred: boolean;
}

/** @throws Error never for a scope that was connected */
export function accountOfScope(world: World, scope: Scope): Account {
  const account = world.state.accounts.find(({ amojo_id }) => amojo_id === scope.account_amojo_id);
  if (account === undefined) throw new Error('The scope has no account.');
  return account;
}

/**
 * The person of a request as Kommo knows them: a user or bot by `ref_id`, a client by `ref_id` (Kommo's id) or
 * `id` (ours), or a new client.
 *
 * @returns a text if the description names nobody
 */
export function meet(world: World, scope: Scope, input: PersonInput): Acquaintance | string {
  const { id, ref_id: refId } = input;
  const ourId = typeof id === 'string' && id !== '' ? id : undefined;
  if (refId !== undefined) {
    const staff = findStaff(world, scope, refId);
    if (staff !== undefined) return { ...staff, input, isReferred: true };
    const client =
      typeof refId === 'string' ? world.chats.person(scope.scope_id, refId) : undefined;
    if (client !== undefined) return { person: client, author: 'client', input, isReferred: true };
    world.log.add({ kind: 'warning', name: 'amojo', detail: 'a ref_id that nobody has' });
    if (ourId === undefined || world.switch('unknownRefId') === '400') return 'no such ref_id';
  }
  if (ourId === undefined) return 'an id is expected';
  const known = world.chats.personByOurId(scope.scope_id, ourId);
  const person = known ?? {
    ...{ id: crypto.randomUUID(), client_id: ourId },
    ...{ name: '', avatar: '', phone: '', email: '' },
  };
  return { person, author: 'client', input, isReferred: false };
}

/** Takes over what a request tells about a client, and binds our id to one whom Kommo wrote to first. */
export function greet(world: World, scope: Scope, { person, author, input }: Acquaintance): void {
  if (author !== 'client') return;
  const text = (value: unknown, former: string) =>
    typeof value === 'string' && value !== '' ? value : former;
  person.name = text(input.name, person.name);
  person.avatar = text(input.avatar, person.avatar);
  person.phone = text(input.profile?.phone, person.phone);
  person.email = text(input.profile?.email, person.email);
  person.client_id ??= typeof input.id === 'string' ? input.id : null;
  world.chats.addPerson(scope.scope_id, person);
}

/** A user of the account or the channel's bot, by amojo id. */
export function findStaff(
  world: World,
  scope: Scope,
  refId: unknown,
): { person: ChatUser; author: Author } | undefined {
  if (typeof refId !== 'string') return undefined;
  const nobody = { client_id: null, avatar: '', phone: '', email: '' };
  const user = accountOfScope(world, scope).users.find(({ amojo_id }) => amojo_id === refId);
  if (user !== undefined) {
    return { person: { ...nobody, id: refId, name: user.name, email: user.email }, author: 'user' };
  }
  const bot = world.channel(scope.channel_id)?.bot;
  if (bot?.id !== refId) return undefined;
  return { person: { ...nobody, id: bot.id, name: bot.name }, author: 'bot' };
}
