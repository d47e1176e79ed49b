import { type ClipboardEvent, type FocusEvent, forwardRef, useState } from 'react';
import { Button } from './Button.tsx';
import { Field } from './Field.tsx';

/** A label that was copied with the key: letters, then a colon or an equals sign (but not `https:`). */
const LABEL = /^\p{L}[\p{L} _-]{1,40}[:=](?!\/\/)\s*/u;

/** All kinds of spaces, line breaks, direction marks and zero-width characters. The server has the same list. */
export const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Z}]+/gu;

/** The same characters at the start or end of a text. */
const HIDDEN_ENDS = new RegExp(`^${INVISIBLE.source}|${INVISIBLE.source}$`, 'gu');

const QUOTES = /^["'`«»“”‘’]+|["'`«»“”‘’]+$/gu;

/** Longer than a click takes. Safari does not report that a button press took the focus. */
const CLICK_MS = 300;

interface SecretFieldProps {
  label: string;
  hint?: string;
  error?: string;
  details?: string;
  value: string;
  onChange: (value: string) => void;
  required?: boolean;
  /** Regular expression for what a value usually looks like. A mismatch only shows a note. */
  pattern?: string;
  texts: { show: string; showOf: string; cleaned: string; unusual: string };
}

/**
 * An access key. Hidden unless the admin chooses to show it. Pasting is always allowed, and password managers
 * and spell checkers are asked to ignore the field.
 */
export const SecretField = forwardRef<HTMLInputElement, SecretFieldProps>(function SecretField(
  { label, hint, error, details, value, onChange, required, pattern, texts },
  ref,
) {
  const [isShown, setIsShown] = useState(false);
  const [isCleaned, setIsCleaned] = useState(false);
  const [isUnusual, setIsUnusual] = useState(false);
  const note = isUnusual ? texts.unusual : isCleaned ? texts.cleaned : undefined;

  function checkPattern(event: FocusEvent<HTMLInputElement>): void {
    const text = value.trim();
    if (text === '' || pattern === undefined || new RegExp(pattern).test(text)) return;
    // The note moves everything below it, so it must not appear between press and release on a button.
    if (event.relatedTarget instanceof HTMLButtonElement) return;
    const input = event.currentTarget;
    setTimeout(() => setIsUnusual(input.value === value), CLICK_MS);
  }

  function paste(event: ClipboardEvent<HTMLInputElement>): void {
    const pasted = event.clipboardData.getData('text');
    const cleaned = cleanSecret(pasted);
    setIsCleaned(cleaned !== pasted);
    setIsUnusual(false);
    if (cleaned === pasted) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = event.currentTarget;
    const start = selectionStart ?? value.length;
    onChange(value.slice(0, start) + cleaned + value.slice(selectionEnd ?? start));
  }

  return (
    <Field label={label} hint={hint} error={error} details={details} note={note}>
      {(control) => (
        <div className="kcc-secret">
          <input
            {...control}
            ref={ref}
            className="kcc-input"
            type={isShown ? 'text' : 'password'}
            value={value}
            required={required}
            autoComplete="new-password"
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            data-1p-ignore
            data-lpignore="true"
            data-bwignore
            onPaste={paste}
            onBlur={checkPattern}
            onChange={(event) => {
              setIsCleaned(false);
              setIsUnusual(false);
              onChange(event.target.value);
            }}
          />
          <Button
            aria-pressed={isShown}
            aria-label={texts.showOf}
            onClick={() => setIsShown(!isShown)}
          >
            {texts.show}
          </Button>
        </div>
      )}
    </Field>
  );
});

/** Removes what people copy along with a key: labels, quotes, spaces, line breaks. */
export function cleanSecret(pasted: string): string {
  const line = pasted.replace(HIDDEN_ENDS, '');
  return line.replace(LABEL, '').replace(INVISIBLE, '').replace(QUOTES, '');
}
