import type { ReactNode } from 'react';
import type { Channel } from '../../contract/api.ts';
import { serviceTitle } from '../service-texts.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Icon } from '../ui/Icon.tsx';
import { useTexts } from '../use-app.tsx';

/** A test message that the service took. */
export interface SentTest {
  /** Empty where the chat has no name that may be shown. */
  to: string;
  /** When the channel's last message had come, just before. */
  lastReceivedAt: string | null;
}

/** Where a step stands. What only the admin can see is never marked as done. */
type StepState = 'next' | 'current' | 'done';

interface TestStepsProps {
  channel: Channel;
  isSending: boolean;
  /** Undefined until the service took the message. */
  sent: SentTest | undefined;
}

/** The way of a test message: to the service, to the chat, and an answer back. Follows the channel's figures. */
export function TestSteps({ channel, isSending, sent }: TestStepsProps): ReactNode {
  const texts = useTexts();
  const { t } = texts;
  const { saved } = useSettings();
  const service = serviceTitle(texts, saved.connectors, channel.connector);
  const target = channel.test ?? 'last_chat';
  const received = channel.messages.last_received_at;
  const hasArrived = sent !== undefined && received !== null && received !== sent.lastReceivedAt;
  const arrived = t(channel.is_saved ? 'test.arrived' : 'test.arrived_unsaved');
  const handed = sent?.to
    ? t('test.handed', { service, to: sent.to })
    : t('test.handed_nameless', { service });
  const waits = sent ? 'current' : 'next';
  const first = isSending ? t('test.sending', { service }) : t('test.hand', { service });
  return (
    <>
      <ol className="kcc-way" aria-label={t('test.way')}>
        <Step number={1} state={sent ? 'done' : isSending ? 'current' : 'next'}>
          {sent ? handed : first}
        </Step>
        <Step number={2} state={waits}>
          {t(`test.look_${target}`)}
        </Step>
        <Step number={3} state={hasArrived ? 'done' : waits}>
          {hasArrived ? arrived : t(`test.answer_${target}`)}
        </Step>
      </ol>
      <p className="kcc-hidden" role="status">
        {hasArrived ? arrived : sent ? handed : ''}
      </p>
    </>
  );
}

function Step({
  number: count,
  state,
  children,
}: {
  number: number;
  state: StepState;
  children: ReactNode;
}): ReactNode {
  const { t, number } = useTexts();
  return (
    <li className={`kcc-way__step kcc-way__step--${state}`}>
      <span className="kcc-way__mark" aria-hidden="true">
        {state === 'done' ? <Icon name="check" /> : number(count)}
      </span>
      <span>
        {state === 'done' && <span className="kcc-hidden">{t('test.step_done')}: </span>}
        {children}
      </span>
    </li>
  );
}
