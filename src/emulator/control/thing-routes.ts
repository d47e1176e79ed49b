import type { Exchange, Route } from '../kommo/exchange.ts';
import { UnknownThing } from '../kommo/world.ts';
import { accountOf, type Json, routesUnder, text } from './controlled.ts';

/** By remote control: what a person changes in Kommo's interface, or support in a channel's registration. */
export function thingRoutes(): Route[] {
  const route = routesUnder('');
  return [
    route('POST', '/account', changeAccount),
    route('POST', '/user', changeUser),
    route('POST', '/pipeline', changePipeline),
    route('POST', '/integration', changeIntegration),
    route('POST', '/channel', changeChannel),
  ];
}

/** Names that may be set, with the types their values may have. */
type Allowed = Record<string, ('string' | 'boolean' | 'null' | 'strings')[]>;

/** Copies the allowed values of `body` and refuses others by name. `known`: names that only say which thing is meant. */
function assign(target: object, body: Json, allowed: Allowed, known: string[]): object {
  for (const [name, value] of Object.entries(body)) {
    if (known.includes(name)) continue;
    const types = allowed[name];
    if (types === undefined) throw new TypeError(`${name}: cannot be set`);
    if (!types.some((type) => isOf(type, value))) {
      throw new TypeError(`${name}: ${types.join(' or ')} is expected`);
    }
  }
  const given = Object.entries(body).filter(([name]) => !known.includes(name));
  return Object.assign(target, Object.fromEntries(given));
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'strings')
    return Array.isArray(value) && value.every((one) => typeof one === 'string');
  return type === 'string' ? typeof value === 'string' : typeof value === 'boolean';
}

function changeAccount(exchange: Exchange, body: Json): object {
  const allowed: Allowed = {
    name: ['string'],
    country: ['string'],
    language: ['string'],
    timezone: ['string'],
    amojo_id: ['string', 'null'],
    is_paid: ['boolean'],
  };
  return assign(accountOf(exchange, body), body, allowed, ['account', 'subdomain']);
}

function changeUser(exchange: Exchange, body: Json): object {
  const account = accountOf(exchange, body);
  const user = exchange.world.user(account, Number(body.user_id));
  const rights = ['is_admin', 'is_active', 'is_free'];
  const known = ['account', 'subdomain', 'user_id'];
  const profile: Allowed = { name: ['string'], lang: ['string'], amojo_id: ['string', 'null'] };
  assign(user, body, profile, [...known, ...rights]);
  const flags = Object.fromEntries(rights.map((name) => [name, ['boolean']])) as Allowed;
  assign(user.rights, body, flags, [...known, ...Object.keys(profile)]);
  return user;
}

function changePipeline(exchange: Exchange, body: Json): object {
  const account = accountOf(exchange, body);
  const pipeline = account.pipelines.find(({ id }) => id === body.id);
  if (pipeline === undefined) throw new UnknownThing('There is no such pipeline.');
  if (body.delete === true) {
    account.pipelines = account.pipelines.filter((one) => one !== pipeline);
    return pipeline;
  }
  const allowed: Allowed = { name: ['string'], is_archive: ['boolean'] };
  return assign(pipeline, body, allowed, ['account', 'subdomain', 'id']);
}

function changeIntegration({ world }: Exchange, body: Json): object {
  const id = body.client_id === undefined ? undefined : text(body, 'client_id');
  const allowed: Allowed = {
    client_secret: ['string'],
    redirect_uri: ['string'],
    disable_hook_url: ['string'],
    deliver_to: ['string', 'null'],
    locations: ['strings'],
    multiple_sources: ['boolean'],
  };
  assign(world.integration(id), body, allowed, ['client_id']);
  return { ok: true };
}

function changeChannel({ world }: Exchange, body: Json): object {
  const channel = body.id === undefined ? world.state.channels[0] : world.channel(text(body, 'id'));
  if (channel === undefined) throw new UnknownThing('There is no such channel.');
  const allowed: Allowed = {
    webhook_url: ['string'],
    allowed_accounts: ['strings', 'null'],
    secret: ['string'],
    title: ['string'],
  };
  assign(channel, body, allowed, ['id']);
  return { ok: true };
}
