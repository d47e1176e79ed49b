import { sameSecret } from '../../engine/secrets.ts';
import type { Exchange, Handler } from '../../kommo/exchange.ts';
import { sessionsOf, type WhatsAppSession } from '../whatsapp.ts';
import { Refusal, sendRefusal } from './refusal.ts';
import { type Instance, instanceOf } from './state.ts';

/** A call about one instance that exists. */
export interface Call {
  exchange: Exchange;
  session: WhatsAppSession;
  instance: Instance;
}

type Act = (call: Call) => Promise<void> | void;

/** Refuses calls without the server's key. */
export function keyed(
  globalKey: string,
  act: (exchange: Exchange) => Promise<void> | void,
): Handler {
  return answering((exchange) => {
    if (!sameSecret(exchange.header('apikey'), globalKey)) throw new Refusal(401, 'Unauthorized');
    return act(exchange);
  });
}

/**
 * Refuses calls to unknown instances, and those with neither the server's key nor the instance's.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/api/guards/instance.guard.ts
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/api/guards/auth.guard.ts
 */
export function onInstance(globalKey: string, act: Act): Handler {
  return answering((exchange) => {
    const key = exchange.header('apikey');
    const name = exchange.param('name');
    const session = sessionsOf(exchange.world, 'evolution').find((one) => one.name === name);
    if (session === undefined) {
      throw new Refusal(404, [`The "${name}" instance does not exist`]);
    }
    const instance = instanceOf(exchange.world, name);
    const isKnown = sameSecret(key, globalKey) || sameSecret(key, instance.token);
    if (key === '' || !isKnown) throw new Refusal(401, 'Unauthorized');
    return act({ exchange, session, instance });
  });
}

function answering(act: (exchange: Exchange) => Promise<void> | void): Handler {
  return async (exchange) => {
    try {
      await act(exchange);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      sendRefusal(exchange, error);
    }
  };
}
