import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { focusHeading } from '../ui/focus.ts';
import { Skeleton } from '../ui/Skeleton.tsx';
import { useApp, useTexts } from '../use-app.tsx';

/** The views for connecting a channel, fetched when one of them is first opened. */
export function LazyPanels({ name }: { name: 'services' | 'connect' }): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const { module, hasFailed } = useSyncExternalStore(app.panels.subscribe, app.panels.get);
  const node = useRef<HTMLDivElement>(null);
  const isReady = module !== undefined;

  useEffect(() => {
    if (!isReady) void app.loadPanels();
  }, [app, isReady]);
  useEffect(() => {
    if (isReady) focusHeading(node.current);
  }, [isReady, name]);

  if (module)
    return (
      <div ref={node}>
        <module.Panels app={app} name={name} />
      </div>
    );
  if (!hasFailed) return <Skeleton label={t('app.loading')} />;
  return (
    <Banner
      tone="danger"
      title={t('app.unreachable')}
      takesFocus
      actions={
        <>
          <Button onClick={() => void app.loadPanels()}>{t('app.retry')}</Button>
          <Button onClick={() => app.show({ name: 'settings' })}>{t('app.back')}</Button>
        </>
      }
    />
  );
}
