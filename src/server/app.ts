import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { LIMITS } from '../contract/api.ts';
import {
  allowOrigin,
  createErrorHandler,
  errorBody,
  registerAccountLine,
  registerAuth,
  registerCors,
  sendError,
} from './access/routes.ts';
import { registerKommo } from './accounts/routes.ts';
import { registerConnections } from './channels/attempts/routes.ts';
import { registerChannels } from './channels/routes.ts';
import type { Parts } from './context.ts';
import { AppError } from './platform/app-error.ts';
import { registerHealth } from './platform/http/health.ts';
import { watchHandlers } from './platform/http/open-handlers.ts';
import { registerOpenApi } from './platform/http/openapi.ts';
import { methodsOf, recordRoutes } from './platform/http/route-table.ts';
import { registerSecurityHeaders, stampAnswer } from './platform/http/security-headers.ts';
import { findUnacceptable, isStorable } from './platform/http/validation.ts';
import { serializerCompiler, validatorCompiler } from './platform/http/zod-schemas.ts';
import { registerSettings, registerTemplates } from './settings/routes.ts';

/** A whole request, slow body included, must have arrived by then. */
const REQUEST_TIMEOUT_MS = 15_000;

/** Longer than the idle time of common load balancers, so that it is they who close a connection. */
const KEEP_ALIVE_MS = 72_000;

/** Puts the HTTP side together. `scope: 'health'` is what a worker without a web role serves. */
export async function createApp(
  parts: Parts,
  { scope }: { scope: 'all' | 'health' } = { scope: 'all' },
): Promise<FastifyInstance> {
  const app = createServer(parts);
  recordRoutes(app);
  watchHandlers(app);
  registerRequestLog(app);
  registerSecurityHeaders(app);
  registerCors(app, parts.config);
  refuseUnknown(app);
  registerBodies(app);
  registerOpenApi(app, parts.config.publicUrl);
  app.decorateRequest('caller', null);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(createErrorHandler(parts));
  registerHealth(app, parts.db);
  if (scope === 'health') return app;
  registerKommo(app, parts);
  await app.register(async (guarded) => {
    registerAuth(guarded, parts);
    registerChannels(guarded, parts);
    // Sign-ins wait for chat services; what is in this line waits for Kommo, which all accounts share.
    await guarded.register(async (inLine) => {
      registerAccountLine(inLine);
      registerSettings(inLine, parts);
      registerTemplates(inLine, parts);
    });
  });
  await app.register(async (open) => {
    registerConnections(open, parts);
  });
  return app;
}

function createServer(parts: Parts): FastifyInstance {
  return fastify({
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // HEAD would run the handlers of Kommo's hooks.
    exposeHeadRoutes: false,
    // A request on an open connection is still answered, with all headers, while the process stops.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      stampAnswer(request, reply);
      allowOrigin(parts.config, request, reply);
      const failure =
        error.code === 'FST_ERR_BAD_URL' ? new AppError('not_found') : new AppError('bad_request');
      sendError(request, reply, failure);
    },
    clientErrorHandler: answerBrokenRequest,
  });
}

/** What could not be read as HTTP gets the error body too; there is no origin to allow. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  const body = JSON.stringify(errorBody(new AppError('bad_request'), randomUUID()));
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nCache-Control: no-store\r\nVary: Origin\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/**
 * Answers for addresses and methods that do not exist, before a byte of their body is read. Comes after what
 * sets the headers of every answer.
 */
function refuseUnknown(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const [path = ''] = request.url.split('?', 1);
    const methods = methodsOf(app.routeTable, path);
    if (methods.length === 0) return sendError(request, reply, new AppError('not_found'));
    reply.header('allow', methods.join(', '));
    return sendError(request, reply, new AppError('method_not_allowed'));
  });
}

/** JSON in UTF-8, and nothing else. */
function registerBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.from(body);
    // Some clients name a type although they send nothing; a route that needs a body says so itself.
    if (bytes.length === 0) done(null, undefined);
    else if (!isUtf8(bytes)) done(new AppError('bad_request'), undefined);
    else parseJson(request, bytes.toString('utf8'), done);
  });
  app.addHook('preValidation', async (request) => {
    const params = Object.values(request.params as Record<string, string>);
    if (!params.every(isStorable)) throw new AppError('not_found');
    const fault = findUnacceptable(request.body);
    if (fault) throw fault;
  });
}

/** One line a request. The address is logged as its pattern: queries carry codes and signatures. */
function registerRequestLog(app: FastifyInstance): void {
  // None of these few values is ever a secret, and looking for secrets costs more than the rest of the line.
  const log = app.log.child({}, { redact: [] });
  app.addHook('onResponse', async (request, reply) => {
    const { url } = request.routeOptions;
    const details = {
      reqId: request.id,
      method: request.method,
      route: url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      accountId: request.caller?.accountId,
    };
    if (url?.startsWith('/health/')) log.debug(details, 'request');
    else log.info(details, 'request');
  });
}
