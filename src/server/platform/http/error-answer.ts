import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorBody } from '../../../contract/errors.ts';
import { AppError } from '../app-error.ts';
import { fromValidation } from './validation.ts';
import { SchemaMismatch } from './zod-schemas.ts';

/** The code of the guide's "authorize again" answer. */
const REAUTHORIZE_CODE = 1015;

const RETRY_AFTER_SECONDS = 5;

/** Answers with the one error body; nothing the caller sent comes back. */
export function sendError(request: FastifyRequest, reply: FastifyReply, failure: AppError) {
  if (failure.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(failure.retryAfterSeconds));
  }
  return reply
    .code(failure.status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(errorBody(failure, request.id));
}

/** The one error body. The 1015 pair of the guide is written here and nowhere else. */
export function errorBody(failure: AppError, requestId: string): ErrorBody {
  const { code, fields, channelId, refreshTokenUrl } = failure;
  const body: ErrorBody = {
    error: {
      code,
      ...(fields !== undefined && { fields }),
      ...(channelId !== undefined && { channel_id: channelId }),
      request_id: requestId,
    },
  };
  if (code === 'kommo_reauthorize' || refreshTokenUrl !== undefined) {
    body.error_code = REAUTHORIZE_CODE;
  }
  if (refreshTokenUrl !== undefined) body.refresh_token_url = refreshTokenUrl;
  return body;
}

/** What Fastify refused before a route of ours ran; undefined for everything else. */
export function fromFramework(error: FastifyError): AppError | undefined {
  if (error instanceof AppError) return undefined;
  if (error instanceof SchemaMismatch) return fromValidation(error);
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('body_too_large');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError('unsupported_media_type');
    case 'FST_ERR_HANDLER_TIMEOUT':
      return new AppError('storage_unavailable', {
        cause: error,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    default:
      break;
  }
  const { statusCode } = error;
  const isRefusal = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return isRefusal && error.code?.startsWith('FST_ERR_') === true
    ? new AppError('bad_request', { cause: error })
    : undefined;
}
