import { type ReactNode, useEffect } from 'react';
import { connectedText } from '../connected-text.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { HelpLink } from '../ui/HelpLink.tsx';
import { Reference } from '../ui/Reference.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { AccountCard } from './AccountCard.tsx';
import { isOwnEnd } from './attempt.ts';
import { ServiceSetup } from './ServiceSetup.tsx';
import { ShowChannel } from './ShowChannel.tsx';
import { useConnection, useSaved } from './useConnection.ts';

/** How an attempt ended: which account was connected, or why none was and what to do. */
export function AttemptResult(): ReactNode {
  const { t } = useTexts();
  const { attempt, phase, target } = useConnection();
  const existingId = useExistingChannel();
  if (phase === 'connected') return <Connected />;
  if (isOwnEnd(attempt))
    return (
      <Banner tone="info" title={t('result.cancelled')} takesFocus actions={<StartAgain />}>
        {t('attempt.denied')}
      </Banner>
    );
  if (phase === 'expired')
    return (
      <Banner tone="warning" title={t('result.expired')} takesFocus actions={<StartAgain />}>
        {t('result.expired_text')}
      </Banner>
    );
  return (
    <Banner
      tone="danger"
      title={t('result.failed')}
      takesFocus
      actions={
        <>
          {existingId !== undefined && <ShowChannel channelId={existingId} />}
          <StartAgain />
          <HelpLink anchor={attempt?.reason ?? 'internal'} />
        </>
      }
    >
      {attempt?.account && <AccountCard account={attempt.account} connector={target.connector} />}
      <p>{t(attempt?.reason ? `attempt.${attempt.reason}` : 'errors.internal')}</p>
      <Reference value={attempt?.id} />
    </Banner>
  );
}

function StartAgain(): ReactNode {
  const { t } = useTexts();
  const { target, connection } = useConnection();
  function restart(): void {
    connection.reset();
    // QR and key panels start when the admin acts. OAuth needs the sign-in address before the click.
    if (target.connector.auth === 'oauth') void connection.start();
  }
  return (
    <Button kind="primary" onClick={restart}>
      {t('connect.restart')}
    </Button>
  );
}

/** The channel that already has this account. */
function useExistingChannel(): string | undefined {
  const saved = useSaved();
  const { attempt, target } = useConnection();
  if (attempt?.reason !== 'already_connected') return undefined;
  const { channel, account } = attempt;
  const known = saved?.channels.find(
    ({ connector, account: { external_id: id } }) =>
      connector === target.connector.id && id === account?.external_id,
  );
  return channel?.id ?? known?.id;
}

/**
 * Connected. Admins who have just confirmed the account skip this, unless there is something to set up at the service;
 * others see which account it is.
 */
function Connected(): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const { attempt, target, connection } = useConnection();
  const setup = attempt?.setup;
  const isSeen = target.connector.auth === 'api_key' && !setup;

  function goOn(): void {
    const channel = attempt?.channel;
    connection.close();
    app.show({ name: 'settings', ...(channel ? { connected: channel } : {}) });
  }

  useEffect(() => {
    if (isSeen) goOn();
  });

  if (isSeen) return null;
  return (
    <Banner
      tone="success"
      title={t('result.connected')}
      takesFocus
      actions={
        <Button kind="primary" onClick={goOn}>
          {t(setup ? 'connect.setup_done' : 'result.next')}
        </Button>
      }
    >
      {attempt?.account && (
        <AccountCard
          account={attempt.account}
          connector={target.connector}
          phone={attempt.channel?.phone_text}
        />
      )}
      {setup ? (
        <ServiceSetup setup={setup} />
      ) : (
        attempt?.channel && <p>{t(connectedText(attempt.channel))}</p>
      )}
    </Banner>
  );
}
