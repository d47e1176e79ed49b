import type { Channel, Scope } from '../entities.ts';
import type { Exchange, Handler } from '../exchange.ts';
import { isSignedTheOldWay, isSignedWith, refuseHeaders, type SignedRequest } from './signature.ts';

/**
 * Answers with an error in the form one public client reads; none is documented. An empty 404 means an
 * unknown address.
 */
export function amojoProblem(exchange: Exchange, status: number, type: string, text: string): void {
  exchange.sendJson(status, { error_code: status, error_type: type, error_description: text });
}

export interface Gate {
  channel: Channel;
  body: Record<string, unknown>;
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
      if (reason !== undefined) return amojoProblem(exchange, 403, 'ForbiddenError', reason);
      if (channel === undefined)
        return amojoProblem(exchange, 404, 'NotFoundError', 'No such channel');
      if (!isSignedWith(request, channel.secret)) {
        return amojoProblem(exchange, 403, 'ForbiddenError', 'Invalid signature');
      }
    }
    if (channel === undefined)
      return amojoProblem(exchange, 404, 'NotFoundError', 'No such channel');
    await handler(exchange, { channel, body: exchange.fields() });
  };
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
      const scope = exchange.world.state.scopes.find(
        ({ scope_id }) => scope_id === exchange.param('scope'),
      );
      if (scope === undefined) {
        return amojoProblem(exchange, 404, 'NotFoundError', 'No such scope');
      }
      if (!scope.is_connected) {
        return amojoProblem(exchange, 403, 'ForbiddenError', 'The channel is not connected');
      }
      if (options.hasBody !== false && Object.keys(gate.body).length === 0) {
        return amojoProblem(exchange, 400, 'ValidationError', 'A JSON object is expected');
      }
      await handler(exchange, { ...gate, scope });
    }, options.isOld === true);
    await inner(exchange);
  };
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
