import type { Context } from '../context.ts';
import {
  LocalLocks,
  PostgresLocks,
  type SessionLocks,
} from '../platform/database/session-locks.ts';
import { LaneRunner } from './lanes/lane-runner.ts';
import { workLane } from './lanes/work-lane.ts';
import type { MessageWake } from './message-wake.ts';
import { WAKE_CHANNEL } from './rows.ts';

/** Carries messages, in both directions side by side: trouble in one is none in the other. */
export class MessageWorker {
  readonly #locks: SessionLocks;
  readonly #runners: LaneRunner[];

  private constructor(context: Context, locks: SessionLocks) {
    this.#locks = locks;
    this.#runners = (['in', 'out'] as const).map(
      (direction) =>
        new LaneRunner(context, {
          direction,
          locks,
          work: (lane, confirm) => workLane(context, lane, confirm),
        }),
    );
  }

  static async start(context: Context, wake: MessageWake): Promise<MessageWorker> {
    const { databaseUrl: url } = context.config;
    const running: { worker?: MessageWorker } = {};
    const onNotification = () => running.worker?.wake();
    const onError = (error: unknown) =>
      context.log.warn({ err: error }, 'the session that holds lanes of messages was lost');
    const locks =
      url === undefined
        ? new LocalLocks()
        : new PostgresLocks({ url, channel: WAKE_CHANNEL, onNotification, onError });
    if (locks instanceof PostgresLocks) await locks.open();
    const worker = new MessageWorker(context, locks);
    running.worker = worker;
    wake.onCall(onNotification);
    worker.wake();
    return worker;
  }

  wake(): void {
    for (const runner of this.#runners) runner.wake();
  }

  async stop(patienceMs: number): Promise<void> {
    await Promise.all(this.#runners.map((runner) => runner.stop(patienceMs)));
    await this.#locks.close();
  }
}
