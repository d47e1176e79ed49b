import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';

export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger';

/** A state shown as an icon and a word, never by colour alone. */
export function StatusBadge({
  tone,
  icon,
  children,
}: {
  tone: Tone;
  icon: IconName;
  children: ReactNode;
}): ReactNode {
  return (
    <span className={`kcc-badge kcc-badge--${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}
