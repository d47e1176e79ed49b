import { type ReactNode, useEffect, useRef } from 'react';
import { useTexts } from '../use-app.tsx';
import { Button } from './Button.tsx';
import { Icon, type IconName } from './Icon.tsx';

const ICONS: Record<BannerTone, IconName> = {
  info: 'info',
  success: 'check',
  warning: 'warning',
  danger: 'error',
};

type BannerTone = 'info' | 'success' | 'warning' | 'danger';

interface BannerProps {
  tone: BannerTone;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** Takes the focus when it appears, because it answers what the admin just did. */
  takesFocus?: boolean;
  /** With a button that closes it. */
  onClose?: () => void;
}

/** Something the admin should know. Screen readers announce errors at once, everything else when idle. */
export function Banner(props: BannerProps): ReactNode {
  const { tone, title, children, actions, takesFocus, onClose } = props;
  const { t } = useTexts();
  const node = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takesFocus) node.current?.focus();
  }, [takesFocus]);
  return (
    <div
      ref={node}
      className={`kcc-banner kcc-banner--${tone}`}
      role={tone === 'danger' ? 'alert' : 'status'}
      tabIndex={takesFocus ? -1 : undefined}
    >
      <Icon name={ICONS[tone]} />
      <div className="kcc-banner__body">
        <p className="kcc-banner__title">{title}</p>
        {children && <div className="kcc-banner__text">{children}</div>}
        {actions && <div className="kcc-actions">{actions}</div>}
      </div>
      {onClose && (
        <Button
          kind="quiet"
          className="kcc-banner__close"
          aria-label={t('app.close_of', { name: title })}
          onClick={onClose}
        >
          {t('app.close')}
        </Button>
      )}
    </div>
  );
}
