import type { Channel, Scope } from '../entities.ts';
import type { Exchange, Handler } from '../exchange.ts';
import { amojoProblem, tooManyRequests } from '../problems.ts';
import { isServedHere } from '../served-here.ts';
import { isSignedTheOldWay, isSignedWith, refuseHeaders, type SignedRequest } from './signature.ts';

export interface Gate {
  channel: Channel;
  body: Record<string, unknown>;
}

/** Answers 400. No source shows a body; only its frame is known. */
export function refuse(exchange: Exchange, ...faults: string[]): void {
  amojoProblem(exchange, 400, 'VALIDATION_ERROR', faults.join('; '));
}

export function notFound(exchange: Exchange, what: string): void {
  amojoProblem(exchange, 404, 'NOT_FOUND', what);
}

/** Accepts only requests signed by a known channel. `isOld`: the method existed before autumn 2019. */
export function signed(
  handler: (exchange: Exchange, gate: Gate) => Promise<void> | void,
  isOld: boolean,
): Handler {
  return async (exchange) => {
    const { world } = exchange;
    const channel = world.channel(exchange.param('channel'));
    const request = readSigned(exchange);
    const mayBeOld = isOld && world.switch('requireNewSignature') === 'accept both';
    if (!(mayBeOld && channel && isSignedTheOldWay(request, channel.secret))) {
      const reason = refuseHeaders(request, world.clock.now());
      if (reason !== undefined) return refuseSignature(exchange, reason);
      if (channel === undefined) return notFound(exchange, 'no such channel');
      if (!isSignedWith(request, channel.secret)) {
        return refuseSignature(exchange, 'X-Signature is not of this request and this channel');
      }
    }
    if (channel === undefined) return notFound(exchange, 'no such channel');
    const perSecond = Number(world.switch('amojoRateLimit'));
    if (world.limiter.ask(`amojo ${channel.id}`, perSecond, true) !== 'pass') {
      return tooManyRequests(exchange, null);
    }
    await handler(exchange, { channel, body: exchange.fields() });
  };
}

/** Kommo's answer does not say what is wrong; the emulator's log does. */
function refuseSignature(exchange: Exchange, reason: string): void {
  exchange.world.log.add({ kind: 'warning', name: 'amojo signature', detail: { reason } });
  amojoProblem(exchange, 403, 'ORIGIN_INVALID_SIGNATURE', 'invalid signature');
}

export interface ScopeGate extends Gate {
  scope: Scope;
}

/** The same for addresses that begin with a scope id, which must be connected. */
export function signedInScope(
  handler: (exchange: Exchange, gate: ScopeGate) => Promise<void> | void,
  options: { isOld?: boolean; hasBody?: boolean } = {},
): Handler {
  return async (exchange) => {
    // A scope id is the channel's id and the account's, joined by an underscore.
    const [channelId = ''] = exchange.param('scope').split('_');
    exchange.params.channel = channelId;
    const inner = signed(async (_, gate) => {
      const { world } = exchange;
      const scope = world.state.scopes.find(({ scope_id }) => scope_id === exchange.param('scope'));
      if (scope === undefined || !isHere(exchange, scope)) {
        return notFound(exchange, 'no such scope');
      }
      if (!scope.is_connected) {
        const finding = { scope_id: scope.scope_id, message_id: null };
        const what = `${exchange.method} after the disconnect`;
        world.judge.note('after_disconnect', { ...finding, what });
        if (world.switch('afterDisconnect') === '404') return notFound(exchange, 'no such scope');
        return amojoProblem(exchange, 403, 'FORBIDDEN', 'the channel is not connected');
      }
      if (options.hasBody !== false && Object.keys(gate.body).length === 0) {
        return refuse(exchange, 'a JSON object is expected');
      }
      await handler(exchange, { ...gate, scope });
    }, options.isOld === true);
    await inner(exchange);
  };
}

function isHere(exchange: Exchange, scope: Scope): boolean {
  const { accounts } = exchange.world.state;
  const account = accounts.find(({ amojo_id }) => amojo_id === scope.account_amojo_id);
  return account === undefined || isServedHere(exchange, account);
}

function readSigned(exchange: Exchange): SignedRequest {
  return {
    method: exchange.method,
    path: exchange.url.pathname,
    contentType: exchange.header('content-type'),
    contentMd5: exchange.header('content-md5'),
    date: exchange.header('date'),
    signature: exchange.header('x-signature'),
    body: exchange.body,
  };
}
