import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { type ApiError, asApiError } from '../api-error.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Button } from '../ui/Button.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { Field } from '../ui/Field.tsx';
import { TextField } from '../ui/TextField.tsx';
import { useTexts } from '../use-app.tsx';

/** Longest texts that the backend accepts. */
const MAX_NAME = 255;
const MAX_CONTENT = 4096;

/** A form for a new chat template. `onClose` gets its name if it was created. */
export function TemplateForm({ onClose }: { onClose: (created?: string) => void }): ReactNode {
  const { t, number } = useTexts();
  const { settings } = useSettings();
  const [name, setName] = useState('');
  const [content, setContent] = useState('');
  const [isChecked, setIsChecked] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLTextAreaElement>(null);

  useEffect(() => first.current?.focus(), []);

  function faultOf(value: string, max: number): string | undefined {
    if (value.trim() === '') return t('templates.required');
    if (value.trim().length > max) return t('templates.too_long', { max: number(max) });
    return undefined;
  }
  const nameFault = faultOf(name, MAX_NAME);
  const contentFault = faultOf(content, MAX_CONTENT);

  async function create(event: FormEvent): Promise<void> {
    event.preventDefault();
    // Kommo may have its own form around ours.
    event.stopPropagation();
    setIsChecked(true);
    if (nameFault) return first.current?.focus();
    if (contentFault) return second.current?.focus();
    setIsBusy(true);
    setError(undefined);
    try {
      await settings.createTemplate({ name: name.trim(), content: content.trim() });
      onClose(name.trim());
    } catch (caught) {
      setError(asApiError(caught));
      setIsBusy(false);
    }
  }

  return (
    <form className="kcc-form" noValidate onSubmit={(event) => void create(event)}>
      <TextField
        ref={first}
        label={t('templates.name')}
        value={name}
        onChange={setName}
        error={isChecked ? nameFault : undefined}
      />
      <Field
        label={t('templates.content')}
        hint={t('templates.content_hint', { max: number(MAX_CONTENT) })}
        error={isChecked ? contentFault : undefined}
      >
        {(control) => (
          <textarea
            {...control}
            ref={second}
            className="kcc-input kcc-textarea"
            rows={4}
            value={content}
            onChange={(event) => setContent(event.target.value)}
          />
        )}
      </Field>
      <p className="kcc-muted">{t('templates.acts_at_once')}</p>
      {error && <FailureBanner title={t('templates.failed')} error={error} takesFocus />}
      <div className="kcc-actions">
        <Button type="submit" kind="primary" isBusy={isBusy}>
          {t('templates.create')}
        </Button>
        <Button onClick={() => onClose()}>{t('app.cancel')}</Button>
      </div>
    </form>
  );
}
