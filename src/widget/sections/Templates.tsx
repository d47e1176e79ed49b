import { type ReactNode, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Template } from '../../contract/api.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Button } from '../ui/Button.tsx';
import type { IconName } from '../ui/Icon.tsx';
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { TemplateForm } from './TemplateForm.tsx';

/** Further templates are shown only on request. */
const SHOWN_AT_FIRST = 5;

/** The account's chat templates, and a form for a new one. */
export function Templates(): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const { saved, isEditable } = useSettings();
  const [isAdding, setIsAdding] = useState(false);
  const [showsAll, setShowsAll] = useState(false);
  const add = useRef<HTMLButtonElement>(null);
  const { templates } = saved;
  const shown = showsAll ? templates : templates.slice(0, SHOWN_AT_FIRST);
  const hidden = templates.length - shown.length;

  function close(created?: string): void {
    // The button has to be there again before it can have the focus.
    flushSync(() => {
      setIsAdding(false);
      // The new template is the last one and must not stay hidden.
      if (created) setShowsAll(true);
    });
    if (created) app.announce(t('templates.created', { name: created }));
    add.current?.focus();
  }

  return (
    <section className="kcc-section" aria-labelledby="chat-connector-templates">
      <h3 className="kcc-heading" id="chat-connector-templates">
        {t('templates.title')}
      </h3>
      <p className="kcc-muted">{t('templates.text')}</p>
      {templates.length === 0 ? (
        <p>{t('templates.empty')}</p>
      ) : (
        <ul className="kcc-list">
          {shown.map((template) => (
            <li key={template.id} className="kcc-template">
              <strong>{template.name}</strong>
              <ReviewBadge status={template.review_status} />
              <p className="kcc-template__text">{template.content}</p>
            </li>
          ))}
        </ul>
      )}
      {hidden > 0 && (
        <Button kind="quiet" onClick={() => setShowsAll(true)}>
          {t('templates.show_all', { count: hidden })}
        </Button>
      )}
      {isAdding && <TemplateForm onClose={close} />}
      {isEditable && !isAdding && (
        <Button ref={add} onClick={() => setIsAdding(true)}>
          {t('templates.add')}
        </Button>
      )}
    </section>
  );
}

const REVIEW_LOOKS: Partial<Record<string, { tone: Tone; icon: IconName }>> = {
  draft: { tone: 'neutral', icon: 'info' },
  review: { tone: 'info', icon: 'wait' },
  approved: { tone: 'success', icon: 'check' },
  rejected: { tone: 'danger', icon: 'error' },
  paused: { tone: 'neutral', icon: 'pause' },
};

/** The review status of a template; nothing if it needs no review. */
function ReviewBadge({ status }: { status: Template['review_status'] }): ReactNode {
  const { find } = useTexts();
  if (!status) return null;
  const look = REVIEW_LOOKS[status] ?? { tone: 'neutral', icon: 'info' };
  return <StatusBadge {...look}>{find(`templates.${status}`) ?? status}</StatusBadge>;
}
