import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  channelCollection,
  type StartedAttempt,
  type SubmittedAnswer,
  startedAttempt,
  startAttempt as startSchema,
  submitCredentials as submitSchema,
  submittedAnswer,
} from '../../contract/api.ts';
import { requireAdmin } from '../access/admin.ts';
import { callerOf, runOnce } from '../access/routes.ts';
import { browserOrigin } from '../accounts/browser-origin.ts';
import type { Caller } from '../accounts/caller.ts';
import type { Parts } from '../context.ts';
import type { ZodTypeProvider } from '../platform/http/zod-schemas.ts';
import { cancelAttempt } from './attempts/end-attempt.ts';
import { startAttempt } from './attempts/start-attempt.ts';
import { submitCredentials } from './attempts/submit-credentials.ts';
import { readChannels, removeChannel } from './channels.ts';

const byId = z.object({ id: z.string() });
const nothing = z.null();

/** The guide's channel resource, and the attempts that make channels. */
export function registerChannels(app: FastifyInstance, parts: Parts): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/messenger/channels',
    {
      schema: {
        tags: ['channels'],
        summary: 'The connected channels.',
        response: { 200: channelCollection },
      },
    },
    (request) => readChannels(parts, callerOf(request)),
  );
  routes.post(
    '/messenger/channels',
    {
      schema: {
        tags: ['channels'],
        summary: 'Begins to connect a channel, or, with channel_id, to sign one in again.',
        body: startSchema,
        response: { 201: startedAttempt },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(parts, caller);
      const origin = openerOrigin(parts, caller, request.headers.origin);
      const answer = await runOnce(parts, request, async () => ({
        status: 201,
        body: await startAttempt(parts, caller, request.body, origin),
      }));
      return reply.code(201).send(answer.body as StartedAttempt);
    },
  );
  routes.delete(
    '/messenger/channels/:id',
    {
      schema: {
        tags: ['channels'],
        summary: 'Disconnects a channel at once.',
        params: byId,
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(parts, caller);
      await removeChannel(parts, caller, request.params.id);
      return reply.code(204).send(null);
    },
  );
  registerAttempts(app, parts);
}

function registerAttempts(app: FastifyInstance, parts: Parts): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    '/messenger/attempts/:id/credentials',
    {
      schema: {
        tags: ['attempts'],
        summary: 'Submits an API key, a phone number for a pairing code, or the yes to an account.',
        params: byId,
        body: submitSchema,
        response: { 200: submittedAnswer },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(parts, caller);
      const { id } = request.params;
      const work = async () => ({
        status: 200,
        body: await submitCredentials(parts, caller, id, request.body),
      });
      const answer = await runOnce(parts, request, work, { required: false });
      return reply.code(200).send(answer.body as SubmittedAnswer);
    },
  );
  routes.delete(
    '/messenger/attempts/:id',
    {
      schema: {
        tags: ['attempts'],
        summary: 'Cancels an attempt.',
        params: byId,
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(parts, caller);
      await cancelAttempt(parts, caller, request.params.id);
      return reply.code(204).send(null);
    },
  );
}

/**
 * Where the callback page may post to: the page that asked, which `registerAuth` has proven to be the
 * token's account. A client without a browser gets the account's own address.
 */
function openerOrigin(parts: Parts, caller: Caller, origin: string | undefined): string {
  return origin ?? browserOrigin(parts.config, caller.host);
}
