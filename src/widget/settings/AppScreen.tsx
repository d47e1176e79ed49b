import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import { focusHeading } from '../ui/focus.ts';
import { useApp, useTexts, useView } from '../use-app.tsx';
import { LazyPanels } from './LazyPanels.tsx';
import { SettingsScreen } from './SettingsScreen.tsx';

/** The one view that is shown. Coming back to the settings reads them again and puts the focus on their heading. */
export function AppScreen(): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const view = useView();
  const node = useRef<HTMLDivElement>(null);
  const shown = useRef(view);

  useEffect(() => {
    if (shown.current === view) return;
    shown.current = view;
    if (view.name !== 'settings') return;
    focusHeading(node.current);
    // Meanwhile somebody else may have taken the last place. A new channel has it read already.
    if (!view.connected) void app.settings.load();
  }, [app, view]);

  return (
    <div ref={node}>
      <Announcer />
      <ErrorBoundary
        key={view.name === 'settings' ? 'settings' : 'panels'}
        fallback={(retry) => (
          <Banner
            tone="danger"
            title={t('app.crashed')}
            actions={
              <>
                <Button onClick={() => void app.settings.load().then(retry)}>
                  {t('app.retry')}
                </Button>
                {view.name !== 'settings' && (
                  <Button onClick={() => app.show({ name: 'settings' })}>{t('app.back')}</Button>
                )}
              </>
            }
          />
        )}
      >
        {view.name === 'settings' ? <SettingsScreen /> : <LazyPanels name={view.name} />}
      </ErrorBoundary>
    </div>
  );
}

/** Says what happened to people who cannot see it. */
function Announcer(): ReactNode {
  const { announcement } = useApp();
  const { text } = useSyncExternalStore(announcement.subscribe, announcement.get);
  return (
    <p className="kcc-hidden" role="status">
      {text}
    </p>
  );
}
