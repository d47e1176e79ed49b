import type { FastifyInstance } from 'fastify';
import { startedWatch } from '../../../contract/api.ts';
import { callerOf } from '../../access/routes.ts';
import type { Context } from '../../context.ts';
import { hashKey } from '../../platform/bearer-key.ts';
import { bearerOf } from '../../platform/http/bearer.ts';
import { EventStreams } from '../../platform/http/event-streams.ts';
import { StreamSlots } from '../../platform/http/stream-slots.ts';
import type { ZodTypeProvider } from '../../platform/http/zod-schemas.ts';
import { AccountWatch } from './account-watch.ts';
import type { WatchedState } from './read-watched.ts';
import { openWithKey, startWatch } from './start-watch.ts';

/** Behind the token, for everybody who may see the settings. */
export function registerWatch(app: FastifyInstance, context: Context): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/messenger/watch',
    {
      schema: {
        tags: ['channels'],
        summary: 'A key for the events of the channels, an hour long.',
        response: { 201: startedWatch },
      },
    },
    async (request, reply) => reply.code(201).send(await startWatch(context, callerOf(request))),
  );
}

/** A modal has one; a few more may be streams that were cut silently. */
const STREAMS_PER_KEY = 5;

/** People of one account who look on at the same time, each perhaps in several tabs. */
const STREAMS_PER_ACCOUNT = 50;

const MOST_STREAMS = 2_000;

/**
 * How the channels are doing, as server-sent events, told when it changes. Read with `fetch`: an `EventSource` cannot
 * send the key, and a key in an address would be logged.
 */
export function registerWatchEvents(app: FastifyInstance, context: Context): void {
  const watch = new AccountWatch(context);
  const streams = new EventStreams(app);
  const byKey = new StreamSlots({ perKey: STREAMS_PER_KEY, total: MOST_STREAMS });
  const byAccount = new StreamSlots({ perKey: STREAMS_PER_ACCOUNT, total: MOST_STREAMS });
  app.withTypeProvider<ZodTypeProvider>().get(
    '/watch/events',
    {
      schema: {
        tags: ['channels'],
        summary: 'How the channels and the sync are doing, as server-sent events, when it changes.',
        security: [{ watchKey: [] }],
      },
    },
    async (request, reply) => {
      const key = bearerOf(request);
      const keyHash = hashKey(key ?? '');
      // Before anything is looked up: a refused key leaves no trace of what it might have opened.
      reply.raw.once('close', byKey.take(keyHash));
      const install = await openWithKey(context, key);
      const leave = byAccount.take(String(install.accountId));
      if (reply.raw.closed) leave();
      else reply.raw.once('close', leave);
      const first = await watch.begin(install);
      const stream = streams.open(reply);
      if (!stream) return;
      const show = (state: WatchedState) =>
        stream.send({ ...state, server_time: context.now().toISOString() });
      const viewer = { keyHash, install, show, end: () => stream.end() };
      stream.onClose(watch.watch(viewer, first));
      show(first);
    },
  );
}
