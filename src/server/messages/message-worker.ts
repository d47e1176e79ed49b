import type { Context } from '../context.ts';
import {
  LocalLocks,
  PostgresLocks,
  type SessionLocks,
} from '../platform/database/session-locks.ts';
import { LaneRunner } from './lanes/lane-runner.ts';
import { workLane } from './lanes/work-lane.ts';
import { DIRECTIONS, type Direction, type MessageWake } from './message-wake.ts';
import { WAKE_CHANNEL } from './rows.ts';

/** Carries messages, in both directions side by side: trouble in one is none in the other. */
export class MessageWorker {
  readonly #locks: SessionLocks;
  readonly #runners: Record<Direction, LaneRunner>;

  private constructor(context: Context, locks: SessionLocks) {
    this.#locks = locks;
    const runner = (direction: Direction) =>
      new LaneRunner(context, {
        direction,
        locks,
        work: (lane, confirm) => workLane(context, lane, confirm),
      });
    this.#runners = { in: runner('in'), out: runner('out') };
  }

  static async start(context: Context, wake: MessageWake): Promise<MessageWorker> {
    const { databaseUrl: url } = context.config;
    const onNotification = (payload: string | undefined) => wake.heard(payload);
    const onError = (error: unknown) =>
      context.log.warn({ err: error }, 'the session that holds lanes of messages was lost');
    const locks =
      url === undefined
        ? new LocalLocks()
        : new PostgresLocks({ url, channel: WAKE_CHANNEL, onNotification, onError });
    if (locks instanceof PostgresLocks) await locks.open();
    const worker = new MessageWorker(context, locks);
    wake.onCall((directions) => worker.#wake(directions));
    worker.#wake(DIRECTIONS);
    return worker;
  }

  #wake(directions: readonly Direction[]): void {
    for (const direction of directions) this.#runners[direction].wake();
  }

  async stop(patienceMs: number): Promise<void> {
    await Promise.all(DIRECTIONS.map((direction) => this.#runners[direction].stop(patienceMs)));
    await this.#locks.close();
  }
}
