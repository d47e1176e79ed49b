import type { ReactNode } from 'react';
import { sectionId } from '../ui/focus.ts';
import { Skeleton } from '../ui/Skeleton.tsx';
import { ViewBar } from '../ui/ViewBar.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { ChannelSection } from './ChannelSection.tsx';
import { LazyPart } from './LazyPart.tsx';
import { LoadFailure, Notices } from './Notices.tsx';
import { SaveSummary } from './SaveSummary.tsx';
import { Steps } from './Steps.tsx';
import { SyncStatus } from './SyncStatus.tsx';
import { useSettings, useSettingsState } from './useSettings.ts';
import { WhatIsLeft } from './WhatIsLeft.tsx';

/** The settings view: either the settings, or what prevents showing them. */
export function SettingsScreen(): ReactNode {
  const { t } = useTexts();
  const { host, sections } = useApp();
  const { saved, isLoading, loadError } = useSettingsState();

  return (
    <section aria-labelledby="chat-connector-title">
      <ViewBar topic="start" />
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
        host.installStep() === 'install' && (
          <LazyPart part={sections} name="install">
            {({ NotInstalled }) => <NotInstalled />}
          </LazyPart>
        )
      )}
    </section>
  );
}

function LoadedScreen(): ReactNode {
  const { sections } = useApp();
  const { state, saved } = useSettings();
  const isAuthorized = saved.install.state === 'active' && !state.reauthorizeUrl;
  const isFresh = saved.status === 'new' && saved.channels.length === 0;
  const authorize = (
    <div id={sectionId('access')} tabIndex={-1}>
      <LazyPart part={sections} name="access">
        {({ Authorize }) => <Authorize />}
      </LazyPart>
    </div>
  );
  // Nothing can be set up without access to Kommo, but existing settings stay visible.
  if (!isAuthorized && isFresh) {
    const { loadError, reauthorizeUrl } = state;
    return loadError && !reauthorizeUrl ? <LoadFailure error={loadError} /> : authorize;
  }
  return (
    <>
      {isAuthorized && <Steps />}
      <WhatIsLeft />
      {!isAuthorized && authorize}
      <Notices />
      <ChannelSection />
      {saved.status === 'active' && <SyncStatus />}
      <LazyPart part={sections} name="sections" isQuiet>
        {({ Preferences, Templates }) => (
          <>
            <Preferences />
            {saved.status === 'active' && <Templates />}
          </>
        )}
      </LazyPart>
      <SaveSummary />
    </>
  );
}
