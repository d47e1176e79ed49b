import type { ReactNode } from 'react';
import type { AttemptSetup } from '../../contract/api.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Field } from '../ui/Field.tsx';
import { useTexts } from '../use-app.tsx';

/** What the admin enters at their own chat service. It is nowhere else, and is gone when the panel closes. */
export function ServiceSetup({ setup }: { setup: AttemptSetup }): ReactNode {
  const { t } = useTexts();
  return (
    <>
      <h3>{t('connect.setup_title')}</h3>
      <p>{t('connect.setup_text')}</p>
      <Copyable
        label={t('connect.setup_address')}
        value={setup.webhook_url}
        copy={t('connect.setup_copy_address')}
      />
      <Copyable
        label={t('connect.setup_secret')}
        value={setup.secret}
        copy={t('connect.setup_copy_secret')}
      />
    </>
  );
}

interface CopyableProps {
  label: string;
  value: string;
  copy: string;
}

function Copyable({ label, value, copy }: CopyableProps): ReactNode {
  return (
    <Field label={label}>
      {(control) => (
        <div className="kcc-secret">
          <input
            {...control}
            className="kcc-input"
            type="text"
            value={value}
            readOnly
            autoComplete="off"
            data-1p-ignore
            data-lpignore="true"
            data-bwignore
            onFocus={(event) => event.currentTarget.select()}
          />
          <CopyButton text={value} label={copy} />
        </div>
      )}
    </Field>
  );
}
