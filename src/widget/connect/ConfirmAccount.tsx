import { type ReactNode, useEffect, useRef } from 'react';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { useTexts } from '../use-app.tsx';
import { AccountCard } from './AccountCard.tsx';
import { useConnection } from './useConnection.ts';

/** Shows which account was found and asks for confirmation before anything takes effect. */
export function ConfirmAccount(): ReactNode {
  const { t, find } = useTexts();
  const { state, target, attempt, service, connection } = useConnection();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const before = target.channel?.account;

  return (
    <div className="kcc-card">
      <h3 ref={heading} className="kcc-heading" tabIndex={-1}>
        {t('confirm.title')}
      </h3>
      <p>
        {find(`connectors.${target.connector.id}.confirm`) ??
          t('confirm.text', { service: service.title })}
      </p>
      {attempt?.account && <AccountCard account={attempt.account} connector={target.connector} />}
      {(attempt?.reason === 'webhook_taken' || attempt?.reason === 'connected_elsewhere') && (
        <Banner tone="warning" title={t(`confirm.${attempt.reason}_title`)}>
          {t(`confirm.${attempt.reason}`)}
        </Banner>
      )}
      {attempt?.reason === 'different_account' && (
        <Banner tone="warning" title={t('confirm.different_account_title')}>
          {t('confirm.different_account', { before: before?.handle ?? before?.name ?? '' })}
        </Banner>
      )}
      {state.error && <FailureBanner title={t('result.failed')} error={state.error} takesFocus />}
      <div className="kcc-actions">
        <Button kind="primary" isBusy={state.isBusy} onClick={() => void connection.confirm()}>
          {t('confirm.yes')}
        </Button>
        <Button
          onClick={() => {
            connection.reset();
            if (target.connector.auth === 'oauth') void connection.start();
          }}
        >
          {t('confirm.no')}
        </Button>
      </div>
    </div>
  );
}
