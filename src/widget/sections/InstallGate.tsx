import { type ReactNode, useEffect, useState } from 'react';
import type { InstallStatus } from '../../contract/api.ts';
import { isWebAddress } from '../api-error.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { listenForHints, openPopup } from '../ui/popup.ts';
import { SignInLink } from '../ui/SignInLink.tsx';
import { useApp, useTexts } from '../use-app.tsx';

/** Kommo says that the integration is not installed: only Kommo's own button can install it. */
export function NotInstalled(): ReactNode {
  const { t } = useTexts();
  const { settings } = useApp();
  return (
    <Banner
      tone="info"
      title={t('install.not_installed')}
      actions={<Button onClick={() => void settings.load()}>{t('install.check')}</Button>}
    >
      {t('install.not_installed_text')}
    </Banner>
  );
}

/** The backend has no access to Kommo, or no longer has it: leads administrators to Kommo's consent page. */
export function Authorize(): ReactNode {
  const { t, date } = useTexts();
  const { state, saved, settings } = useSettings();
  const url = state.reauthorizeUrl ?? saved.install.authorize_url;
  const isExpired = saved.status === 'active' || state.reauthorizeUrl !== undefined;
  const { ends_at: endsAt } = saved.install;

  if (saved.install.state === 'authorizing' && !state.reauthorizeUrl)
    return (
      <Banner
        tone="info"
        title={t('install.authorizing')}
        actions={
          !state.isWatchingSync && (
            <>
              <Button onClick={() => void settings.load()}>{t('install.again')}</Button>
              {isWebAddress(url) && <ConsentButton url={url} />}
            </>
          )
        }
      >
        {t('install.authorizing_text')}
      </Banner>
    );

  const key = whyMissing(saved.install, isExpired);
  return (
    <Banner
      tone="warning"
      title={t(`install.${key}`)}
      actions={
        <>
          {isWebAddress(url) && <ConsentButton url={url} />}
          <Button onClick={() => void settings.load()}>{t('install.again')}</Button>
        </>
      }
    >
      <p>{t(isWebAddress(url) ? `install.${key}_text` : 'install.ask_admin')}</p>
      {endsAt && <p>{t('install.ends', { date: date(endsAt) })}</p>}
    </Banner>
  );
}

function whyMissing(
  install: InstallStatus,
  isExpired: boolean,
): 'no_rights' | 'expired' | 'authorize' {
  if (install.reason === 'rights_missing') return 'no_rights';
  return isExpired ? 'expired' : 'authorize';
}

/** Opens Kommo's consent page, and reloads the settings when the admin seems to be done there. */
function ConsentButton({ url }: { url: string }): ReactNode {
  const { t } = useTexts();
  const { host, settings } = useApp();
  const [popup, setPopup] = useState<Window>();
  const [isBlocked, setIsBlocked] = useState(false);

  useEffect(() => {
    const check = () => void settings.load();
    return listenForHints(host.apiUrl, () => true, check);
  }, [host, settings]);

  useEffect(() => {
    if (!popup) return;
    // Returning to this window usually means that the admin is done in the other one.
    const check = () => void settings.load();
    window.addEventListener('focus', check);
    return () => window.removeEventListener('focus', check);
  }, [popup, settings]);

  function open(): void {
    const opened = openPopup('chat-connector-consent', url);
    setPopup(opened);
    setIsBlocked(!opened);
  }

  return (
    <>
      <Button kind="primary" onClick={open}>
        {t('install.button')}
      </Button>
      {isBlocked && (
        <p role="alert">
          {t('install.blocked')} <SignInLink href={url}>{t('install.link')}</SignInLink>
        </p>
      )}
    </>
  );
}
