import type { Exchange } from '../../kommo/exchange.ts';
import { servicePage } from '../page.ts';
import type { Call } from './call.ts';
import type { Refusal } from './entities.ts';
import { takeRefusal } from './limits.ts';
import { runtimeOf } from './runtime.ts';
import { SlackError } from './slack-error.ts';

/** Which ordered refusal a request is under, so that it is used once. */
const taken = new WeakMap<Exchange, Refusal | undefined>();

/**
 * Does to a request what was ordered: refuses it, breaks it, or lets it act and loses the answer.
 *
 * @param stage `before` it acts, and again `after`
 * @returns whether the request is over
 * @throws SlackError for a refusal in Slack's own words
 */
export async function isStopped(
  exchange: Exchange,
  call: Pick<Call, 'method' | 'args'> & { team: string | null },
  stage: 'before' | 'after',
): Promise<boolean> {
  if (stage === 'before') taken.set(exchange, takeRefusal(exchange.world, call));
  const refusal = taken.get(exchange);
  if (refusal === undefined) return false;
  if ((refusal.action === 'lose_answer') !== (stage === 'after')) return false;
  await carryOut(exchange, refusal);
  return true;
}

async function carryOut(exchange: Exchange, refusal: Refusal): Promise<void> {
  const { action, error, status, retry_after } = refusal;
  const { socket } = exchange.request;
  const headers: Record<string, string> =
    retry_after === null ? {} : { 'retry-after': String(retry_after) };
  switch (action) {
    case 'refuse':
      throw new SlackError(error, {}, retry_after ?? undefined);
    case 'hang':
      await closed(exchange);
      socket.destroy();
      break;
    case 'lose_answer':
    case 'reset':
      socket.resetAndDestroy();
      break;
    case 'status':
      exchange.send(status, '', { 'content-type': 'text/plain', ...headers });
      break;
    case 'html':
      exchange.sendHtml(status, servicePage('Slack', '<p>Server error</p>'), headers);
      break;
  }
}

/** When the caller has gone, or the emulator ends. */
function closed({ response, world }: Exchange): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('close', () => resolve());
  const { life } = runtimeOf(world);
  if (life.aborted) resolve();
  life.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
