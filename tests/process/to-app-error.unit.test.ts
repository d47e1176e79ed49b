import { type KommoApi, KommoError, type KommoFailure } from '../../src/server/kommo/errors.ts';
import { toAppError } from '../../src/server/to-app-error.ts';

/** What an administrator is told, by what Kommo refused and where; the texts say whether waiting helps. */
const TOLD: [KommoFailure, KommoApi, string][] = [
  ['unauthorized', 'rest', 'kommo_reauthorize'],
  ['unauthorized', 'amojo', 'channel_refused'],
  ['reauthorize', 'rest', 'kommo_reauthorize'],
  ['reauthorize', 'token', 'kommo_reauthorize'],
  ['forbidden', 'rest', 'kommo_reauthorize'],
  ['forbidden', 'amojo', 'channel_refused'],
  ['misconfigured', 'token', 'kommo_misconfigured'],
  ['payment_required', 'rest', 'kommo_payment_required'],
  ['not_found', 'rest', 'kommo_unavailable'],
  ['not_found', 'amojo', 'channel_refused'],
  ['rejected', 'rest', 'validation_failed'],
  ['rejected', 'amojo', 'channel_refused'],
  ['busy', 'rest', 'temporarily_unavailable'],
  ['rate_limited', 'rest', 'kommo_rate_limited'],
  ['blocked', 'rest', 'kommo_blocked'],
  ['unavailable', 'rest', 'kommo_unavailable'],
];

test.each(TOLD)('%s of %s is told as %s', (kind, api, code) => {
  expect(toAppError(new KommoError(kind, { api })).code).toBe(code);
});
