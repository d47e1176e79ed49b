import { CHATS, REFERENCE } from '../documents.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { amojoProblem } from '../problems.ts';
import { isServedHere } from '../served-here.ts';
import { type Gate, refuse, signed } from './gate.ts';

export function channelRoutes(): KommoRoute[] {
  const base = '/v2/origin/custom/:channel';
  return [
    {
      method: 'POST',
      host: 'amojo',
      path: `${base}/connect`,
      handler: signed(connect, true),
      source: `${REFERENCE}/connect-channel`,
      note: 'a second connect answers the same scope (switch connectTwice); title required at kommo.com, optional at amoCRM (switch connectTitle)',
    },
    {
      method: 'DELETE',
      host: 'amojo',
      path: `${base}/disconnect`,
      handler: signed(disconnect, true),
      source: CHATS,
      note: 'repeated: 200, an assumption',
    },
  ];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** By the brand of the host that was asked; a stand-in without one is taken for Kommo's. */
function needsTitle({ world, host }: Exchange): boolean {
  const choice = world.switch('connectTitle');
  return choice === 'by brand' ? (host.tld ?? 'kommo.com') === 'kommo.com' : choice === 'required';
}

/** The body's account id; undefined if a refusal was sent. */
function readAccountId(exchange: Exchange, { body }: Gate): string | undefined {
  const { account_id: id } = body;
  if (typeof id !== 'string' || !UUID.test(id)) {
    refuse(exchange, 'account_id: a UUID is expected');
    return undefined;
  }
  const account = exchange.world.state.accounts.find(({ amojo_id }) => amojo_id === id);
  if (account === undefined || !isServedHere(exchange, account)) {
    refuse(exchange, 'account_id: no such account');
    return undefined;
  }
  return id;
}

function connect(exchange: Exchange, gate: Gate) {
  const { channel, body } = gate;
  const { world } = exchange;
  const accountId = readAccountId(exchange, gate);
  if (accountId === undefined) return;
  if (channel.allowed_accounts !== null && !channel.allowed_accounts.includes(accountId)) {
    return amojoProblem(exchange, 403, 'FORBIDDEN', 'the channel is not for this account');
  }
  const { title = channel.title, hook_api_version: version = 'v1' } = body;
  const isTimeless = body.is_time_window_disabled ?? false;
  const isMissing = body.title === undefined && needsTitle(exchange);
  if (isMissing || typeof title !== 'string' || title === '') {
    return refuse(exchange, 'title: a text is expected');
  }
  if (version !== 'v1' && version !== 'v2') {
    return refuse(exchange, 'hook_api_version: v1 or v2 is expected');
  }
  if (typeof isTimeless !== 'boolean') {
    return refuse(exchange, 'is_time_window_disabled: a boolean is expected');
  }
  const scopeId = `${channel.id}_${accountId}`;
  const known = world.state.scopes.find(({ scope_id }) => scope_id === scopeId);
  if (known?.is_connected && world.switch('connectTwice') === '400') {
    return refuse(exchange, 'The channel is connected already');
  }
  const scope = {
    channel_id: channel.id,
    account_amojo_id: accountId,
    scope_id: scopeId,
    title,
    hook_api_version: version,
    is_time_window_disabled: isTimeless,
    is_connected: true,
  };
  if (known === undefined) world.state.scopes.push(scope);
  else Object.assign(known, scope);
  exchange.sendJson(200, {
    account_id: accountId,
    scope_id: scopeId,
    title,
    hook_api_version: version,
    is_time_window_disabled: isTimeless,
  });
}

function disconnect(exchange: Exchange, gate: Gate): void {
  const accountId = readAccountId(exchange, gate);
  if (accountId === undefined) return;
  const scope = exchange.world.state.scopes.find(
    ({ scope_id }) => scope_id === `${gate.channel.id}_${accountId}`,
  );
  // Disconnecting twice is not documented; it succeeds here.
  if (scope !== undefined) scope.is_connected = false;
  exchange.send(200);
}
