import type { ReactNode } from 'react';
import type { HelpTopic } from '../../contract/help.ts';
import { useTexts } from '../use-app.tsx';
import { Button } from './Button.tsx';
import { HelpLink } from './HelpLink.tsx';
import { Icon } from './Icon.tsx';

interface ViewBarProps {
  /** What the help of this view is about. */
  topic: HelpTopic;
  /** Leads back; absent where there is nothing behind. */
  onBack?: () => void;
}

/** The top of each view: the way back at its start, the help at its end, always in the same place. */
export function ViewBar({ topic, onBack }: ViewBarProps): ReactNode {
  const { t } = useTexts();
  return (
    <div className="kcc-bar">
      {onBack && (
        <Button kind="quiet" className="kcc-back" onClick={onBack}>
          <Icon name="back" />
          {t('app.back')}
        </Button>
      )}
      <HelpLink topic={topic} />
    </div>
  );
}
