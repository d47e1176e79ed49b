import type { ReactNode } from 'react';
import { Skeleton } from '../ui/Skeleton.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { ChannelSection } from './ChannelSection.tsx';
import { Authorize, NotInstalled } from './InstallGate.tsx';
import { LoadFailure, Notices } from './Notices.tsx';
import { Preferences } from './Preferences.tsx';
import { SaveSummary } from './SaveSummary.tsx';
import { Steps } from './Steps.tsx';
import { SyncStatus } from './SyncStatus.tsx';
import { Templates } from './Templates.tsx';
import { useSettings, useSettingsState } from './useSettings.ts';

/** The settings view: either the settings, or what prevents showing them. */
export function SettingsScreen(): ReactNode {
  const { t } = useTexts();
  const { host } = useApp();
  const { saved, isLoading, loadError } = useSettingsState();

  return (
    <section aria-labelledby="chat-connector-title">
      <h2 id="chat-connector-title" className="kcc-title" tabIndex={-1}>
        {t('channels.title')}
      </h2>
      {saved ? (
        <LoadedScreen />
      ) : isLoading ? (
        <Skeleton label={t('app.loading')} />
      ) : loadError ? (
        <LoadFailure error={loadError} />
      ) : (
        host.installStep() === 'install' && <NotInstalled />
      )}
    </section>
  );
}

function LoadedScreen(): ReactNode {
  const { state, saved } = useSettings();
  const isAuthorized = saved.install.state === 'active' && !state.reauthorizeUrl;
  const isFresh = saved.status === 'new' && saved.channels.length === 0;
  // Nothing can be set up without access to Kommo, but existing settings stay visible.
  if (!isAuthorized && isFresh) {
    const { loadError, reauthorizeUrl } = state;
    return loadError && !reauthorizeUrl ? <LoadFailure error={loadError} /> : <Authorize />;
  }
  return (
    <>
      {isAuthorized && <Steps />}
      {!isAuthorized && <Authorize />}
      <Notices />
      <ChannelSection />
      {saved.status === 'active' && <SyncStatus />}
      <Preferences />
      {saved.status === 'active' && <Templates />}
      <SaveSummary />
    </>
  );
}
