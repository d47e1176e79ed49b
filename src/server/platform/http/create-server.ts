import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { LIMITS } from '../../../contract/api.ts';
import { AppError } from '../app-error.ts';
import type { Metrics } from '../metrics.ts';
import { allowOrigin, type IsAllowedOrigin, registerCors } from './cors.ts';
import { errorBody, sendError } from './error-answer.ts';
import { measureRequests } from './measure-requests.ts';
import { watchHandlers } from './open-handlers.ts';
import { registerOpenApi } from './openapi.ts';
import { recordRoutes, refuseUnknown } from './route-table.ts';
import { registerSecurityHeaders, stampAnswer } from './security-headers.ts';
import { findUnacceptable, isStorable } from './validation.ts';
import { serializerCompiler, validatorCompiler } from './zod-schemas.ts';

/** A whole request, slow body included, must have arrived by then. */
const REQUEST_TIMEOUT_MS = 15_000;

/** Longer than the idle time of common load balancers, so that they are the ones to close a connection. */
const KEEP_ALIVE_MS = 72_000;

interface Options {
  log: FastifyBaseLogger;
  publicUrl: string;
  metrics: Pick<Metrics, 'requestAnswered' | 'hookAnswered'>;
  isAllowedOrigin: IsAllowedOrigin;
  /** What else the log says about a request. */
  describe: (request: FastifyRequest) => object;
}

/** A server without routes: how it reads, refuses, answers and logs requests of every kind. */
export function createServer({
  log,
  publicUrl,
  metrics,
  isAllowedOrigin,
  describe,
}: Options): FastifyInstance {
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // HEAD would run the handlers of GET routes that change something.
    exposeHeadRoutes: false,
    // Both are set below. Without a word here Fastify loads its own first: a hundred modules that nobody uses.
    schemaController: { compilersFactory: { buildValidator: unused, buildSerializer: unused } },
    // A request on an open connection is still answered, with all headers, while the process stops.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      stampAnswer(request, reply);
      allowOrigin(isAllowedOrigin, request, reply);
      const failure =
        error.code === 'FST_ERR_BAD_URL' ? new AppError('not_found') : new AppError('bad_request');
      sendError(request, reply, failure);
    },
    clientErrorHandler: answerBrokenRequest,
  });
  // Hooks run in this order: what sets the headers of every answer comes before what may refuse a request.
  recordRoutes(app);
  watchHandlers(app);
  registerRequestLog(app, describe);
  measureRequests(app, metrics);
  registerSecurityHeaders(app);
  registerCors(app, isAllowedOrigin);
  refuseUnknown(app);
  registerBodies(app);
  registerOpenApi(app, publicUrl);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  return app;
}

/** A request that is not valid HTTP gets the error body too; there is no origin to allow. */
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

/** JSON in UTF-8, and nothing else. */
function registerBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.from(body);
    // Some clients name a type although they send nothing; a route that needs a body says so itself.
    if (bytes.length === 0) done(null, undefined);
    else if (!isUtf8(bytes)) done(new AppError('bad_request'), undefined);
    else void parseJson(request, bytes.toString('utf8'), done);
  });
  app.addHook('preValidation', async (request) => {
    const params = Object.values(request.params as Record<string, string>);
    if (!params.every(isStorable)) throw new AppError('not_found');
    const fault = findUnacceptable(request.body);
    if (fault) throw fault;
  });
}

/** One line for each request. The address is logged as its pattern: queries carry codes and signatures. */
function registerRequestLog(app: FastifyInstance, describe: Options['describe']): void {
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
      ...describe(request),
    };
    if (url?.startsWith('/health/') || url === '/metrics') log.debug(details, 'request');
    else log.info(details, 'request');
  });
}

function unused(): never {
  throw new Error('Schemas are compiled by the compilers that are set.');
}
