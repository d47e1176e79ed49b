import type { Context } from '../../context.ts';
import { leadingTarget } from '../chats/leading-chat.ts';
import { findTarget } from '../target/rows.ts';
import type { Confirm } from './lane-runner.ts';
import { noted } from './noted.ts';
import { reportStatus } from './report-status.ts';
import { alignLane, dropMessage, holdLane, type LaneMessage, readLane } from './rows.ts';
import type { Step, Work } from './step.ts';
import { toClient } from './to-client.ts';
import { toKommo } from './to-kommo.ts';

const PAGE = 20;

/** Works on a lane until nothing in it is due. The first message that has to wait makes those behind it wait. */
export async function workLane(context: Context, lane: string, confirm: Confirm): Promise<void> {
  for (;;) {
    const messages = await readLane(context.db, lane, PAGE);
    const toReport: Work[] = [];
    let hasMoved = false;
    let mayHaveMore = messages.length === PAGE;
    for (const message of messages) {
      confirm();
      const isOnItsWay = message.state === 'waiting' || message.state === 'sending';
      if (!message.isDue) {
        if (!isOnItsWay) continue;
        await alignLane(context.db, lane, message.id);
        await reportAll(toReport);
        return;
      }
      const work = await workFor(context, message, confirm);
      const step = work === undefined ? 'done' : await workOn(work);
      hasMoved = true;
      // What could not be sent has to be reported; what came since announces itself.
      if (isOnItsWay && message.direction === 'out') {
        if (work && message.state === 'delivered') toReport.push(work);
        else if (message.state !== 'sent') mayHaveMore = true;
      }
      if (step !== 'done') {
        if (step.holdSeconds > 0) {
          const { holdSeconds: seconds, counts, whilePaused } = step;
          const pausedId = whilePaused && message.channelId;
          const hold = { lane, seconds, headId: message.id, counts, pausedId };
          await noted(() => holdLane(context.db, hold));
        }
        // A report may be due, of this message or of one before it.
        break;
      }
    }
    await reportAll(toReport);
    if (!hasMoved || !mayHaveMore) return;
  }
}

/** Undefined when its account is gone, and the message with it. */
async function workFor(
  context: Context,
  message: LaneMessage,
  confirm: Confirm,
): Promise<Work | undefined> {
  const own = await findTarget(context.db, context.secrets, message);
  if (own !== undefined) {
    const isReceived = message.direction === 'in';
    const leading = isReceived ? await leadingTarget(context, own, message) : undefined;
    return { context, target: leading ?? own, message, confirm };
  }
  await dropMessage(context.db, message.id);
  return undefined;
}

async function workOn(work: Work): Promise<Step> {
  const { message } = work;
  if (message.event === 'test') {
    // Whoever sent it died before it could note the answer, and nobody waits for it any more.
    await dropMessage(work.context.db, message.id);
    return 'done';
  }
  if (message.direction === 'in') return toKommo(work);
  if (message.state === 'waiting' || message.state === 'sending') return toClient(work);
  await reportStatus(work);
  return 'done';
}

/** What was sent just now is reported as it is known here; should one fail, it is still due. */
async function reportAll(sent: readonly Work[]): Promise<void> {
  for (const work of sent) await reportStatus(work);
}
