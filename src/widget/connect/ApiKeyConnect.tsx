import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { ConnectorField } from '../../contract/connectors.ts';
import type { ApiError } from '../api-error.ts';
import { isWebAddress } from '../api-error.ts';
import { Button } from '../ui/Button.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { SecretField } from '../ui/SecretField.tsx';
import { TextField } from '../ui/TextField.tsx';
import { useTexts } from '../use-app.tsx';
import type { PanelProps } from './panel-props.ts';
import { ShowChannel } from './ShowChannel.tsx';
import { useConnection } from './useConnection.ts';

/** A form built from the connector's fields. Nothing is stored until the service says whose account it is. */
export function ApiKeyConnect(_props: PanelProps): ReactNode {
  const { t, date, find } = useTexts();
  const { state, target, service, connection } = useConnection();
  const { fields } = target.connector;
  const key = target.channel?.account.credential_hint;
  const [values, setValues] = useState<Record<string, string>>({});
  const [isChecked, setIsChecked] = useState(false);
  const [submitted, setSubmitted] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    // The service refused a value: move the focus to its field.
    if (state.error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [state.error]);

  const isMissing = (field: ConnectorField) => field.required && !values[field.name]?.trim();

  function errorOf(field: ConnectorField): string | undefined {
    if (isChecked && isMissing(field)) return t('key.required');
    const refused = refusedField(state.error, fields);
    // An error about a value disappears once the value changes.
    const isAsSent = values[field.name] === submitted[field.name];
    if (refused?.name !== field.name || !isAsSent) return undefined;
    if (state.error?.code === 'validation_failed' && field.type === 'url')
      return t('key.not_a_url');
    return service.rejected ?? t('key.rejected', { service: service.title });
  }

  /** The service's own words, for those who know them. */
  function detailsOf(field: ConnectorField): string | undefined {
    const reason = errorOf(field) && refusedField(state.error, fields)?.reason;
    return reason && t('key.said', { service: service.title, reason });
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    // Kommo may have its own form around ours.
    event.stopPropagation();
    setIsChecked(true);
    setSubmitted(values);
    const missing = fields.findIndex(isMissing);
    if (missing >= 0) {
      form.current?.querySelectorAll<HTMLElement>('input')[missing]?.focus();
      return;
    }
    const entries = fields.map(({ name }) => [name, values[name]?.trim() ?? '']);
    void connection.submit(Object.fromEntries(entries.filter(([, value]) => value !== '')));
  }

  return (
    <form ref={form} className="kcc-form kcc-card" noValidate onSubmit={submit}>
      <p>
        {key
          ? t('key.text_replace', { last4: key.last4, date: date(key.set_at) })
          : (find(`connectors.${target.connector.id}.intro`) ??
            (target.channel
              ? t('key.text_again')
              : (service.check ?? t('key.text', { service: service.title }))))}
      </p>
      {fields.map((field) => {
        const label = service.field(field.name);
        const common = {
          label,
          hint: service.hint(field.name),
          error: errorOf(field),
          details: detailsOf(field),
          value: values[field.name] ?? '',
          required: field.required,
          onChange: (value: string) => setValues({ ...values, [field.name]: value }),
        };
        return field.secret ? (
          <SecretField
            key={field.name}
            {...common}
            pattern={field.pattern}
            texts={{
              show: t('key.show'),
              showOf: t('key.show_of', { field: label }),
              cleaned: t('key.cleaned'),
              unusual: service.unusual ?? t('key.unusual', { field: label }),
            }}
          />
        ) : (
          <TextField key={field.name} {...common} inputMode={INPUT_MODES[field.type]} />
        );
      })}
      {isWebAddress(service.help) && (
        <p>
          <a href={service.help} target="_blank" rel="noreferrer">
            {t('connect.help')} <span className="kcc-muted">{t('app.new_window')}</span>
          </a>
        </p>
      )}
      {state.error && !refusedField(state.error, fields) && (
        <FailureBanner
          title={t('result.failed')}
          error={state.error}
          takesFocus
          actions={
            state.error.channelId !== undefined && <ShowChannel channelId={state.error.channelId} />
          }
        />
      )}
      <div className="kcc-actions">
        <Button type="submit" kind="primary" isBusy={state.isBusy}>
          {t('key.connect')}
        </Button>
        <p role="status" className="kcc-muted">
          {state.isBusy && t('key.checking', { service: service.title })}
        </p>
      </div>
    </form>
  );
}

const INPUT_MODES = { text: 'text', url: 'url', password: 'text', phone: 'tel' } as const;

/** The field that was refused. A refusal that names no field is about the secret. */
function refusedField(
  error: ApiError | undefined,
  fields: ConnectorField[],
): { name: string; reason: string | undefined } | undefined {
  if (error?.code !== 'connector_rejected' && error?.code !== 'validation_failed') return undefined;
  for (const { path, reason } of error.fields) {
    const name = path.replace(/^values\./, '');
    if (fields.some((field) => field.name === name)) return { name, reason };
  }
  const secret = fields.find((field) => field.secret) ?? fields[0];
  return secret && { name: secret.name, reason: error.fields[0]?.reason };
}
