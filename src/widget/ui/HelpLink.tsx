import type { ReactNode } from 'react';
import type { HelpAnchor, HelpTopic } from '../../contract/help.ts';
import { helpUrl } from '../help.ts';
import { useApp, useTexts } from '../use-app.tsx';
import { Icon } from './Icon.tsx';

interface HelpLinkProps {
  /** The page; without one, the page about what went wrong. */
  topic?: HelpTopic;
  /** What went wrong, to be explained there. */
  anchor?: HelpAnchor;
}

/** Leads to the help, in a window of its own so that nothing here is lost. */
export function HelpLink({ topic = 'troubleshooting', anchor }: HelpLinkProps): ReactNode {
  const { t } = useTexts();
  const { host } = useApp();
  return (
    <a className="kcc-help" href={helpUrl(host, topic, anchor)} target="_blank" rel="noreferrer">
      {t(anchor ? 'help.problem' : 'help.link')}
      <Icon name="external" />
      <span className="kcc-hidden">{t('app.new_window')}</span>
    </a>
  );
}
