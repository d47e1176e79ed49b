import { type ReactNode, type RefObject, useEffect, useRef, useSyncExternalStore } from 'react';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import { focusHeading } from '../ui/focus.ts';
import { Skeleton } from '../ui/Skeleton.tsx';
import { useFocusNet } from '../ui/useFocusNet.ts';
import { useApp, useTexts, useView } from '../use-app.tsx';
import { LazyPart } from './LazyPart.tsx';
import { SettingsScreen } from './SettingsScreen.tsx';

/** The current view. Returning to the settings reloads them and focuses their heading. */
export function AppScreen(): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const view = useView();
  const { name } = view;
  const node = useRef<HTMLDivElement>(null);
  const shown = useRef(view);
  useFocusNet(node);
  useFocusOnAnswer(node);

  useEffect(() => {
    if (shown.current === view) return;
    shown.current = view;
    if (view.name !== 'settings') return app.settings.leave();
    focusHeading(node.current);
    // Someone else may have used up the limit since. After a new channel, they are already loaded.
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
        {name === 'settings' ? (
          <SettingsScreen />
        ) : (
          <LazyPart
            part={app.panels}
            name={name}
            waiting={<Skeleton label={t('app.loading')} />}
            onBack={() => app.show({ name: 'settings' })}
          >
            {({ Panels }) => <Panels name={name} />}
          </LazyPart>
        )}
      </ErrorBoundary>
    </div>
  );
}

/** A failed save is answered where the admin looks: the focus goes to what prevented it. */
function useFocusOnAnswer(node: RefObject<HTMLElement | null>): void {
  const { settings } = useApp();
  const { failedSaves } = useSyncExternalStore(settings.subscribe, settings.get);
  const seen = useRef(failedSaves);
  useEffect(() => {
    if (failedSaves === seen.current) return;
    seen.current = failedSaves;
    if (document.querySelector('dialog[open]')) return;
    node.current?.querySelector<HTMLElement>('[data-answer]')?.focus();
  }, [node, failedSaves]);
}

/** Announces to screen readers what happened on screen. */
function Announcer(): ReactNode {
  const { announcement } = useApp();
  const { text } = useSyncExternalStore(announcement.subscribe, announcement.get);
  return (
    <p className="kcc-hidden" role="status">
      {text}
    </p>
  );
}
