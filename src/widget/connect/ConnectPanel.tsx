import { type ReactNode, useEffect, useRef } from 'react';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { ApiKeyConnect } from './ApiKeyConnect.tsx';
import { AttemptResult } from './AttemptResult.tsx';
import { ConfirmAccount } from './ConfirmAccount.tsx';
import { OAuthConnect } from './OAuthConnect.tsx';
import { QrConnect } from './QrConnect.tsx';
import { useConnection, useConnectionState } from './useConnection.ts';

const PANELS = { oauth: OAuthConnect, qr: QrConnect, api_key: ApiKeyConnect };

/** Connecting one account: the same frame, confirmation and result for all three kinds of sign-in. */
export function ConnectPanel(): ReactNode {
  const { target } = useConnectionState();
  return target ? <OpenPanel /> : null;
}

function OpenPanel(): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const { state, target, phase, service, connection } = useConnection();
  const { connector, channel } = target;

  function leave(): void {
    connection.close();
    // Back to where the admin came from: the channel list, or the list of services.
    app.show({ name: channel ? 'settings' : 'services' });
  }

  const Panel = PANELS[connector.auth];
  const isOver = ['connected', 'failed', 'cancelled'].includes(phase);
  const isExpired = phase === 'expired' && connector.auth !== 'qr';
  const part = isOver || isExpired ? 'result' : phase === 'confirm' ? 'confirm' : 'panel';

  const heading = useRef<HTMLHeadingElement>(null);
  const shownPart = useRef(part);
  useEffect(() => {
    // Results and questions take the focus themselves; the panel does not.
    if (shownPart.current !== part && part === 'panel') heading.current?.focus();
    shownPart.current = part;
  }, [part]);

  return (
    <section aria-labelledby="chat-connector-title">
      {phase !== 'connected' && (
        <Button kind="quiet" className="kcc-back" onClick={leave}>
          {t(phase === 'idle' || isOver ? 'app.back' : 'app.cancel')}
        </Button>
      )}
      <h2 ref={heading} id="chat-connector-title" className="kcc-title" tabIndex={-1}>
        {channel
          ? t(channel.account.credential_hint ? 'channels.replace_key_of' : 'connect.title_again', {
              name: channel.name,
            })
          : t('connect.title', { service: service.title })}
      </h2>
      {state.isCutOff && (
        <Banner tone="warning" title={t('connect.cut_off_title')}>
          {t('connect.cut_off')}
        </Banner>
      )}
      {part === 'result' && <AttemptResult />}
      {part === 'confirm' && <ConfirmAccount />}
      {part === 'panel' && <Panel />}
    </section>
  );
}
