import type { UndeliveredReason } from '../../../contract/api.ts';
import { type DeliveryStatus, sendDeliveryStatus } from '../../kommo/amojo/delivery-status.ts';
import { isKommoError } from '../../kommo/errors.ts';
import { messageText } from '../message-text.ts';
import { finishReport, reportLater } from './rows.ts';
import { backOff, openOutgoing, scopeOf, type Work } from './step.ts';

/** After this, nobody looks at the ticks of the message any more. */
const GIVE_UP_MS = 24 * 3_600_000;
const LONGEST_PAUSE_SECONDS = 300;

/** Kommo's codes for the reasons; all others are 905, whose text the manager reads. */
const CODES: Partial<Record<UndeliveredReason, 901 | 902 | 903 | 904>> = {
  person_gone: 901,
  signed_out: 902,
  no_connection: 902,
  removed_from_chat: 902,
  timed_out: 903,
  unreadable: 903,
  chat_unknown: 904,
};

const RANKS = { delivered: 1, read: 2, failed: -1 } as const;

/** Tells Kommo what became of a manager's message. Trouble here holds up nothing but this report. */
export async function reportStatus(work: Work): Promise<void> {
  const { context, target, message } = work;
  const { state } = message;
  if (state !== 'delivered' && state !== 'read' && state !== 'failed') return;
  const rank = RANKS[state];
  const done = { id: message.id, state, rank };
  // A message that was sent after all: Kommo keeps the later word.
  if (target.scopeId === null || message.reported === rank) return finishReport(context.db, done);
  try {
    work.confirm();
    await sendDeliveryStatus(context.kommo, scopeOf(work), statusOf(work, state));
    await finishReport(context.db, done);
  } catch (error) {
    if (!isKommoError(error)) throw error;
    const ageMs = context.now().getTime() - message.storedAt.getTime();
    const isFinal = error.kind === 'not_found' || error.kind === 'rejected';
    if (isFinal || ageMs > GIVE_UP_MS) return finishReport(context.db, done);
    const tries = Math.log2(Math.max(1, ageMs / 1000));
    const seconds = error.retryAfterSeconds ?? backOff(tries, LONGEST_PAUSE_SECONDS);
    await reportLater(context.db, message.id, seconds);
  }
}

function statusOf(
  { context, target, message }: Work,
  state: 'delivered' | 'read' | 'failed',
): DeliveryStatus {
  const kommoMessageId = message.key;
  if (state !== 'failed') return { kommoMessageId, status: state };
  const reason = message.reason ?? 'refused';
  const said = messageText(target.account.language, 'failed', reason);
  const detail = openOutgoing(context, message)?.detail;
  const errorText = detail === undefined ? said : `${said} (${detail})`;
  return { kommoMessageId, status: 'failed', errorCode: CODES[reason] ?? 905, errorText };
}
