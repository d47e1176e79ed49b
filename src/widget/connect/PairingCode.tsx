import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { Icon } from '../ui/Icon.tsx';
import { TextField } from '../ui/TextField.tsx';
import { useLostFocus } from '../ui/useLostFocus.ts';
import { useTexts } from '../use-app.tsx';
import { pairingCodeGroups } from './attempt.ts';
import { useConnection } from './useConnection.ts';

/** No phone number is shorter. The server decides whether it is a real one. */
const FEWEST_DIGITS = 5;

/** The alternative to the camera: a phone number, and a code to type on that phone. */
export function PairingCode(): ReactNode {
  const { t } = useTexts();
  const { state, attempt, connection } = useConnection();
  const [isOpen, setIsOpen] = useState(false);
  const [phone, setPhone] = useState('');
  const [understood, setUnderstood] = useState<string>();
  const [isChecked, setIsChecked] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const question = useRef<HTMLParagraphElement>(null);
  const panelId = useId();
  const digits = phone.normalize('NFKC').replace(/\P{Nd}/gu, '');
  const isValid = digits.length >= FEWEST_DIGITS;
  const isRefused = state.error?.code === 'validation_failed';

  useEffect(() => {
    if (understood !== undefined) question.current?.focus();
  }, [understood]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    // Kommo may have its own form around ours.
    event.stopPropagation();
    setIsChecked(true);
    if (!isValid) return input.current?.focus();
    if (understood === undefined) setUnderstood(await connection.readPhone(phone.trim()));
    else await connection.submit({ phone: understood });
  }

  function change(typed: string): void {
    setPhone(typed);
    setUnderstood(undefined);
  }

  return (
    <div className="kcc-pairing">
      <button
        type="button"
        className="kcc-disclosure"
        aria-expanded={isOpen}
        aria-controls={panelId}
        onClick={() => setIsOpen(!isOpen)}
      >
        <span className="kcc-disclosure__value">{t('qr.pairing')}</span>
        <Icon name="down" />
      </button>
      <div id={panelId} hidden={!isOpen}>
        {attempt?.pairing_code ? (
          <ShownCode code={attempt.pairing_code} />
        ) : (
          <form className="kcc-form" noValidate onSubmit={(event) => void submit(event)}>
            <p>{t('qr.pairing_text')}</p>
            <TextField
              ref={input}
              type="tel"
              autoComplete="tel"
              label={t('qr.phone')}
              hint={t('qr.phone_hint')}
              value={phone}
              onChange={change}
              error={(isChecked && !isValid) || isRefused ? t('qr.phone_required') : undefined}
            />
            {state.error && !isRefused && (
              <FailureBanner title={t('qr.no_code')} error={state.error} takesFocus />
            )}
            {understood !== undefined && (
              <p ref={question} tabIndex={-1}>
                {t('qr.is_yours', { phone: understood })}
              </p>
            )}
            <Button type="submit" isBusy={state.isBusy}>
              {t(understood === undefined ? 'qr.get_code' : 'qr.yes_get_code')}
            </Button>
          </form>
        )}
      </div>
    </div>
  );
}

/** The code in groups for the eye, and letter by letter for screen readers. */
function ShownCode({ code }: { code: string }): ReactNode {
  const { t } = useTexts();
  const shown = useRef<HTMLParagraphElement>(null);
  // The form that was sent is gone, and its button with it.
  useLostFocus(shown, code);
  const groups = pairingCodeGroups(code);
  return (
    <div className="kcc-form">
      <p>{t('qr.code_text')}</p>
      <p ref={shown} className="kcc-code" role="status" tabIndex={-1}>
        <span aria-hidden="true">{groups.join('-')}</span>
        <span className="kcc-hidden">
          {t('qr.code_spelled', { code: groups.map((group) => [...group].join(' ')).join(', ') })}
        </span>
      </p>
      <CopyButton text={groups.join('')} label={t('qr.copy_code')} />
    </div>
  );
}
