import type { World } from '../../kommo/world.ts';
import type { Fields, PendingEvent } from './entities.ts';
import { postSigned, verifyRequestUrl } from './request-url.ts';
import { runtimeOf } from './runtime.ts';
import { slackState } from './state.ts';

/** Pauses before the three retries, in seconds. @see https://docs.slack.dev/apis/events-api#retries */
const RETRY_SECONDS = [0, 60, 300] as const;

const HOUR_MS = 3_600_000;
/** Of all attempts within an hour, so many must succeed. */
const LEAST_SHARE = 0.05;
/** How often the emulator's clock is looked at, which may be moved, while a retry waits. */
const LOOK_MS = 25;

/** Of which own message of the app an event is the echo. */
export interface Echo {
  key: string;
  ts: string;
}

interface NewEvent {
  event_id: string;
  team_id: string;
  body: Fields;
  echo: Echo | undefined;
}

/** Sends an event to the app: at once, in no order, each attempt by itself. */
export function sendEvent(world: World, { event_id, team_id, body, echo }: NewEvent): void {
  const runtime = runtimeOf(world);
  const { settings, counts, app, pending } = runtime.state;
  counts.events += 1;
  if (app.disabled_at !== null) {
    counts.dropped += 1;
    return;
  }
  const event: PendingEvent = { event_id, team_id, body, tries: 0, due_at: null, reason: null };
  pending[event_id] = event;
  const deliver = async () => {
    // What is sent twice arrives as two first attempts.
    const copies = Array.from({ length: Math.max(1, settings.copies) - 1 }, () =>
      postSigned(world, body),
    );
    await Promise.all([attempt(world, event, echo), ...copies]);
  };
  if (settings.reorder === 0) return void deliver();
  runtime.held.push(deliver);
  if (runtime.held.length >= settings.reorder) void releaseHeld(world);
}

/** Sends the held events, newest first. */
export async function releaseHeld(world: World): Promise<void> {
  const held = runtimeOf(world).held.splice(0).reverse();
  for (const deliver of held) await deliver();
}

async function attempt(world: World, event: PendingEvent, echo?: Echo): Promise<void> {
  const runtime = runtimeOf(world);
  const { counts, pending } = runtime.state;
  event.due_at = null;
  const isVerified = await verifyRequestUrl(world);
  if (runtime.life.aborted) return;
  if (!isVerified) {
    // Slack does not save an address that fails the challenge: nothing is sent there.
    delete pending[event.event_id];
    counts.dropped += 1;
    return;
  }
  const headers: Record<string, string> =
    event.tries === 0
      ? {}
      : {
          'x-slack-retry-num': String(event.tries),
          'x-slack-retry-reason': event.reason ?? 'unknown_error',
        };
  const answer = await postSigned(world, event.body, headers);
  if (runtime.life.aborted) return;
  const isTaken = answer.reason === undefined;
  count(world, isTaken);
  if (isTaken) {
    delete pending[event.event_id];
    counts.taken += 1;
    if (echo !== undefined) runtime.echoes.push({ ...echo, at: performance.now() });
    return;
  }
  const pause = RETRY_SECONDS[event.tries];
  event.tries += 1;
  event.reason = answer.reason ?? null;
  if (pause === undefined || answer.isFinal) {
    delete pending[event.event_id];
    counts.given_up += 1;
    return;
  }
  event.due_at = world.clock.now() + pause * 1000 * runtime.state.settings.pause_factor;
  await sendDue(world);
  watchClock(world);
}

/** Notes an attempt, and disables the subscriptions when nearly all of the last hour's failed. */
function count(world: World, isTaken: boolean): void {
  const { attempts, settings, app } = slackState(world);
  const now = world.clock.now();
  attempts.push({ at: now, is_taken: isTaken });
  const fresh = attempts.findIndex(({ at }) => at > now - HOUR_MS);
  if (fresh > 0) attempts.splice(0, fresh);
  if (isTaken || attempts.length < settings.disable_from) return;
  const taken = attempts.filter((one) => one.is_taken).length;
  if (taken < attempts.length * LEAST_SHARE) app.disabled_at = now;
}

/** Sends the retries whose time has come on the emulator's clock. */
async function sendDue(world: World): Promise<void> {
  const { pending, app } = slackState(world);
  if (app.disabled_at !== null) return;
  const now = world.clock.now();
  const due = Object.values(pending).filter(({ due_at }) => due_at !== null && due_at <= now);
  await Promise.all(due.map((event) => attempt(world, event)));
}

/** Looks at the clock as long as a retry waits. */
function watchClock(world: World): void {
  const runtime = runtimeOf(world);
  if (runtime.clockwork !== undefined || runtime.life.aborted) return;
  runtime.clockwork = setInterval(() => {
    const isWaiting = Object.values(runtime.state.pending).some(({ due_at }) => due_at !== null);
    if (isWaiting && runtime.state.app.disabled_at === null) return void sendDue(world);
    clearInterval(runtime.clockwork);
    runtime.clockwork = undefined;
  }, LOOK_MS);
  runtime.clockwork.unref();
}

/** Sends every waiting event now, by order of a test: a try out of turn, which takes none of Slack's own three away. */
export async function retryNow(world: World): Promise<void> {
  for (const event of Object.values(slackState(world).pending)) {
    if (event.due_at === null) continue;
    event.due_at = world.clock.now();
    event.tries -= 1;
  }
  await sendDue(world);
}

/** Events go out again after they were disabled: what waited is not lost. */
export function enableEvents(world: World): void {
  const { app, attempts } = slackState(world);
  app.disabled_at = null;
  attempts.length = 0;
  watchClock(world);
}

/** Goes on with what a former process of the emulator left; an attempt that it was in is made again. */
export function resumeEvents(world: World): void {
  for (const event of Object.values(slackState(world).pending)) event.due_at ??= world.clock.now();
  watchClock(world);
}
