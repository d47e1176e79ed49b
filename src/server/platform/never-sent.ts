import type { NotReached } from './outbound.ts';

/** Failures before the request was on the wire: the other side cannot have acted on it. */
const NEVER_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*|UNABLE_TO_.*)$/;

/** Whether a failed request certainly reached nobody, so that repeating it changes nothing twice. */
export function isNeverSent({ reason, cause }: NotReached): boolean {
  if (reason === 'refused_address') return true;
  return typeof cause === 'string' && NEVER_SENT.test(cause);
}
