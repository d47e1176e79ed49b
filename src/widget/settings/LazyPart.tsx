import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react';
import type { Part } from '../part.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { focusHeading } from '../ui/focus.ts';
import { useTexts } from '../use-app.tsx';

interface LazyPartProps<T> {
  part: Part<T>;
  /** Which view of the part it is: a new one gets the focus. */
  name: string;
  /** Shown until it is there, in place of a line for screen readers. */
  waiting?: ReactNode;
  /** Leads away when the part cannot be fetched, if there is a way. */
  onBack?: () => void;
  /** It shows by itself, so that it never takes the focus. */
  isQuiet?: boolean;
  children: (module: T) => ReactNode;
}

/** A part of the widget, fetched when it is first shown. */
export function LazyPart<T>(props: LazyPartProps<T>): ReactNode {
  const { part, name, waiting, onBack, isQuiet, children } = props;
  const { t } = useTexts();
  const { module, hasFailed } = useSyncExternalStore(part.subscribe, part.get);
  const node = useRef<HTMLDivElement>(null);
  const isReady = module !== undefined;

  useEffect(() => {
    if (!isReady) void part.load();
  }, [part, isReady]);
  useEffect(() => {
    if (isReady && !isQuiet) focusHeading(node.current);
  }, [isReady, isQuiet, name]);

  if (module) return <div ref={node}>{children(module)}</div>;
  if (!hasFailed)
    return (
      <div aria-busy="true">
        {waiting ??
          (!isQuiet && (
            <p className="kcc-hidden" role="status">
              {t('app.loading_part')}
            </p>
          ))}
      </div>
    );
  return (
    <Banner
      tone="danger"
      title={t('app.part_failed')}
      takesFocus={!isQuiet}
      actions={
        <>
          <Button onClick={() => void part.load()}>{t('app.retry')}</Button>
          {onBack && <Button onClick={onBack}>{t('app.back')}</Button>}
        </>
      }
    />
  );
}
