import { type ReactNode, useEffect, useRef, useState } from 'react';
import { helpTopicOf } from '../help.ts';
import { Banner } from '../ui/Banner.tsx';
import { ServiceSign } from '../ui/ServiceSign.tsx';
import { ViewBar } from '../ui/ViewBar.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { ApiKeyConnect } from './ApiKeyConnect.tsx';
import { AttemptResult } from './AttemptResult.tsx';
import { isOwnEnd } from './attempt.ts';
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
  const { state, target, attempt, phase, service, connection } = useConnection();
  const { connector, channel } = target;

  function leave(): void {
    connection.close();
    // Back to where the admin came from: the channel list, or the list of services.
    app.show({ name: channel ? 'settings' : 'services' });
  }

  const Panel = PANELS[connector.auth];
  // The next try needs one click only, so the panel is back at once, with a new sign-in address.
  // After a reload nobody has pressed anything yet: that is said once, and nothing begins by itself.
  // Nor does a try follow one that the admin never began: it would be followed for ever.
  const [hasOpened, setHasOpened] = useState(false);
  const isCancelled = hasOpened && isOwnEnd(attempt) && !state.isResumed;
  const isOver = !isCancelled && ['connected', 'failed', 'cancelled'].includes(phase);
  const isExpired = phase === 'expired' && connector.auth !== 'qr';
  const part = isOver || isExpired ? 'result' : phase === 'confirm' ? 'confirm' : 'panel';
  const [cancelled, setCancelled] = useState(0);
  useEffect(() => {
    if (!isCancelled) return;
    setCancelled((count) => count + 1);
    setHasOpened(false);
    void connection.start();
  }, [isCancelled, connection]);

  const heading = useRef<HTMLHeadingElement>(null);
  const shownPart = useRef(part);
  useEffect(() => {
    // Results and questions take the focus themselves; the panel does not.
    if (shownPart.current !== part && part === 'panel' && !isCancelled) heading.current?.focus();
    shownPart.current = part;
  }, [part, isCancelled]);

  return (
    <section aria-labelledby="chat-connector-title">
      <ViewBar
        topic={helpTopicOf(connector)}
        {...(phase === 'connected' ? {} : { onBack: leave })}
      />
      <div className="kcc-view-head">
        <ServiceSign connector={connector.id} auth={connector.auth} />
        <h2 ref={heading} id="chat-connector-title" className="kcc-title" tabIndex={-1}>
          {channel
            ? t(
                channel.account.credential_hint ? 'channels.replace_key_of' : 'connect.title_again',
                { name: channel.name },
              )
            : t('connect.title', { service: service.title })}
        </h2>
      </div>
      {state.isCutOff && (
        <Banner tone="warning" title={t('connect.cut_off_title')}>
          {t('connect.cut_off')}
        </Banner>
      )}
      {part === 'result' && <AttemptResult />}
      {part === 'confirm' && <ConfirmAccount />}
      {part === 'panel' && (
        <Panel
          key={cancelled}
          wasCancelled={cancelled > 0}
          onOpen={() => setHasOpened(true)}
          onCancel={leave}
        />
      )}
    </section>
  );
}
