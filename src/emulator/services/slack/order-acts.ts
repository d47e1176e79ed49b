/** What a test orders of the double itself: the app's settings, refusals, lost answers, limits, odd deliveries. */

import type { World } from '../../kommo/world.ts';
import { type Given, optional, whole } from '../given.ts';
import { enableEvents, releaseHeld } from './delivery.ts';
import type { Refusal, Settings } from './entities.ts';
import { requestUrl, verifyRequestUrl } from './request-url.ts';
import { slackState } from './state.ts';

const ACTIONS = ['refuse', 'lose_answer', 'hang', 'reset', 'status', 'html'] as const;

/**
 * The next matching calls are refused, broken, or carried out with the answer lost.
 *
 * @param given `team?`, `channel?`, `method?` (`upload` and `download` are the two addresses of files), `times?` (1;
 * 0: until cleared), `after?` (0), and what happens: `error` in Slack's word, with `retry_after?` for `ratelimited`; or
 * `action`: `lose_answer`, `hang`, `reset`, `status` or `html` (with `status?` and `retry_after?`)
 * @throws TypeError
 */
export function refuseAct(world: World, given: Given): { id: number } {
  const { refusals } = slackState(world);
  const times = whole(given, 'times', 1);
  const pass = whole(given, 'after', 0);
  if (times < 0 || pass < 0) throw new TypeError('times, after: 0 or more');
  const action = ACTIONS.find((one) => one === (given.action ?? 'refuse'));
  if (action === undefined) throw new TypeError(`action: one of ${ACTIONS.join(', ')}`);
  const rule: Refusal = {
    id: (refusals.at(-1)?.id ?? 0) + 1,
    team_id: optional(given, 'team') ?? null,
    channel: optional(given, 'channel') ?? null,
    method: optional(given, 'method') ?? null,
    left: times === 0 ? null : times,
    pass,
    hits: 0,
    action,
    error: action === 'refuse' ? (optional(given, 'error') ?? 'internal_error') : '',
    status: whole(given, 'status', action === 'html' ? 200 : 500),
    retry_after: given.retry_after === undefined ? null : whole(given, 'retry_after'),
  };
  if (rule.status < 200 || rule.status > 599) throw new TypeError('status: 200 to 599 is expected');
  refusals.push(rule);
  return { id: rule.id };
}

/** One refusal is over, or all. */
export function clearRefusals(world: World, id: number | undefined): void {
  const state = slackState(world);
  state.refusals = id === undefined ? [] : state.refusals.filter((rule) => rule.id !== id);
}

const SETTINGS: Record<keyof Settings, 'number' | 'boolean' | 'string'> = {
  timeout_ms: 'number',
  pause_factor: 'number',
  disable_from: 'number',
  copies: 'number',
  reorder: 'number',
  per_channel: 'number',
  share_delay_ms: 'number',
  grant_scopes: 'string',
  timestamp_age_s: 'number',
  rotation: 'boolean',
};

/** Changes some settings. @returns all @throws TypeError naming the wrong one */
export function settingsAct(world: World, given: Given): Settings {
  const { settings } = slackState(world);
  for (const [name, value] of Object.entries(given)) {
    const type = Object.hasOwn(SETTINGS, name) ? SETTINGS[name as keyof Settings] : undefined;
    if (type === undefined) throw new TypeError(`${name}: no such setting`);
    if (typeof value !== type || (typeof value === 'number' && !(value >= 0))) {
      const range = type === 'number' ? ', 0 or more,' : '';
      throw new TypeError(`${name}: a ${type}${range} is expected`);
    }
  }
  Object.assign(settings, given);
  if (settings.reorder === 0) void releaseHeld(world);
  return settings;
}

/**
 * What a developer sets on the app's pages: `request_url` (null: the backend's own), `signing_secret`, `events`;
 * `enable: true` lets events go out again that were disabled. A new address is asked for its challenge first.
 *
 * @throws TypeError when the address does not pass, as Slack does not save it then
 */
export async function appAct(world: World, given: Given): Promise<object> {
  const { app } = slackState(world);
  const { events, request_url: url } = given;
  if (url !== undefined && url !== null && !(typeof url === 'string' && URL.canParse(url))) {
    throw new TypeError('request_url: an address or null is expected');
  }
  if (events !== undefined) {
    const isList = Array.isArray(events) && events.every((one) => typeof one === 'string');
    if (!isList) throw new TypeError('events: a list of names is expected');
    app.events = events;
  }
  app.signing_secret = optional(given, 'signing_secret') ?? app.signing_secret;
  if (url !== undefined) {
    const before = { ...app };
    app.request_url = url as string | null;
    app.verified_url = null;
    if (!(await verifyRequestUrl(world))) {
      const why = app.verification_error;
      Object.assign(app, { request_url: before.request_url, verified_url: before.verified_url });
      throw new TypeError(`request_url: the challenge was not passed (${why ?? 'no address'})`);
    }
  }
  if (given.enable === true) enableEvents(world);
  const { signing_secret: _, ...shown } = app;
  return { ...shown, request_url: requestUrl(world) ?? null };
}
