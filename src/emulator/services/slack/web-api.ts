import type { Exchange, Route } from '../../kommo/exchange.ts';
import { Arguments, type Call, type Method } from './call.ts';
import { CHAT_METHODS } from './chat-methods.ts';
import type { Fields } from './entities.ts';
import { FILE_METHODS } from './file-methods.ts';
import { demandScope, grantFor, grantsOf, scopesOf } from './grants.ts';
import { noteSecrets } from './judge.ts';
import { isStopped } from './ordered.ts';
import { REACTION_METHODS } from './reaction-methods.ts';
import { READ_METHODS } from './read-methods.ts';
import { SlackError } from './slack-error.ts';
import { slackState } from './state.ts';

const METHODS: Readonly<Record<string, Method>> = {
  ...READ_METHODS,
  ...CHAT_METHODS,
  ...FILE_METHODS,
  ...REACTION_METHODS,
};

/** The Web API: refusals are HTTP 200 with `ok: false`, but for 429. @see https://docs.slack.dev/apis/web-api */
export function slackWebApiRoutes(host: RegExp): Route[] {
  return (['GET', 'POST'] as const).map((method) => ({
    method,
    host,
    path: '/api/:method',
    handler: answerCall,
  }));
}

async function answerCall(exchange: Exchange): Promise<void> {
  const { world } = exchange;
  const name = exchange.param('method');
  slackState(world).origin = exchange.url.origin;
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  const headers: Record<string, string> = {};
  try {
    if (method === undefined) throw new SlackError('unknown_method', { req_method: name });
    const result = await run(exchange, name, method, headers);
    if (result !== undefined) sendResult(exchange, { ok: true, ...result }, headers);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    refuse(exchange, error, headers);
  }
}

/** Sends a refusal as Slack words it. */
export function refuse(
  exchange: Exchange,
  { message, fields, retryAfter }: SlackError,
  headers: Record<string, string> = {},
): void {
  const body = { ok: false, error: message, ...fields };
  if (message !== 'ratelimited') return void sendResult(exchange, body, headers);
  const wait = { 'retry-after': String(retryAfter ?? 1) };
  exchange.sendJson(429, body, 'application/json; charset=utf-8', { ...headers, ...wait });
}

function sendResult(exchange: Exchange, body: Fields, headers: Record<string, string>): void {
  exchange.sendJson(200, body, 'application/json; charset=utf-8', headers);
}

/** @returns undefined if the request was broken by order */
async function run(
  exchange: Exchange,
  name: string,
  method: Method,
  headers: Record<string, string>,
): Promise<Fields | undefined> {
  const { world } = exchange;
  const args = readArguments(exchange, method);
  const token = tokenOf(exchange, args);
  noteCall(exchange, name, args);
  const known = grantsOf(world).tokens.find((one) => one.token === token);
  const order = { method: name, args, team: known?.team ?? null };
  if (await isStopped(exchange, order, 'before')) return undefined;
  const { grant, team } = grantFor(world, token);
  headers['x-oauth-scopes'] = scopesOf(grant).join(',');
  headers['x-accepted-oauth-scopes'] = method.scopes.join(',');
  demandScope(grant, method.scopes);
  const call: Call = { world, grant, team, method: name, args };
  const result = await method.run(call);
  return (await isStopped(exchange, order, 'after')) ? undefined : result;
}

/** In the header, or as a field of a form; a JSON body may not hold it. @see https://docs.slack.dev/apis/web-api */
function tokenOf(exchange: Exchange, args: Arguments): string | undefined {
  const bearer = /^Bearer (.+)$/.exec(exchange.header('authorization'))?.[1];
  if (bearer !== undefined) return bearer;
  const isJson = exchange.header('content-type').startsWith('application/json');
  return isJson ? undefined : args.text('token');
}

/** @throws SlackError for a body that cannot be read */
function readArguments(exchange: Exchange, { takesJson }: Method): Arguments {
  const query = Object.fromEntries(exchange.url.searchParams);
  const type = exchange.header('content-type');
  if (exchange.body.length === 0) return new Arguments(query);
  if (type === '') throw new SlackError('missing_post_type');
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return new Arguments({ ...query, ...exchange.fields() });
  }
  if (!type.startsWith('application/json')) throw new SlackError('invalid_post_type');
  const value = exchange.json();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SlackError('invalid_json');
  }
  return new Arguments(takesJson ? { ...query, ...value } : query);
}

function noteCall(exchange: Exchange, name: string, args: Arguments): void {
  const { token: _, ...rest } = args.values;
  const shown = /^(chat|files)\./.test(name)
    ? Object.entries(rest).map(([key, value]) => [key, JSON.stringify(value) ?? ''] as const)
    : [];
  noteSecrets(exchange.world, name, [['address', exchange.url.href], ...shown]);
}
