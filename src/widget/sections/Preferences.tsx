import { type ReactNode, useMemo } from 'react';
import { fieldProblemText } from '../settings/problems.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Choice } from '../ui/Choice.tsx';
import { SelectField } from '../ui/SelectField.tsx';
import { useTexts } from '../use-app.tsx';
import { displayNames, type Kind, nameOfValue } from '../value-names.ts';

/** Languages used with clients where Kommo is sold, and some more (ISO 639-1). */
const LANGUAGES = 'ar cs de en es fr he hi hu id it kk ms nl pl pt ro ru sv th tr uk uz vi zh';

/** Countries where Kommo is sold (ISO 3166-1 alpha-2). The backend can complete their national numbers. */
const COUNTRIES =
  'AE AR AU BO BR CA CH CL CO CR CZ DE DO EC EG ES FR GB GT HN ID IE IL IN IT KE KZ MA MX MY NG NI NL NZ PA PE ' +
  'PH PK PL PR PT PY RO RU SA SG SV TH TR UA US UY UZ VE VN ZA';

/** Language and country. They follow the Kommo account unless the admin sets them here. */
export function Preferences(): ReactNode {
  const { t } = useTexts();
  const { saved } = useSettings();
  const isFirstStep = saved.status === 'new';
  // What cannot be changed later must be offered before the first save, the rest after it.
  const kinds = (['language', 'country'] as const).filter(
    (kind) => !isFirstStep || saved.changeable[`preferences.${kind}`] === 'reinstall',
  );
  if (kinds.length === 0 || (isFirstStep && saved.channels.length === 0)) return null;
  // Why it is asked before anything is saved stands with it.
  if (isFirstStep)
    return (
      <div className="kcc-section">
        {kinds.map((kind) => (
          <Preference key={kind} kind={kind} />
        ))}
      </div>
    );
  return (
    <section className="kcc-section" aria-labelledby="chat-connector-preferences">
      <h3 className="kcc-heading" id="chat-connector-preferences">
        {t('preferences.title')}
      </h3>
      <p className="kcc-muted">{t('preferences.text')}</p>
      {kinds.map((kind) => (
        <Preference key={kind} kind={kind} />
      ))}
    </section>
  );
}

function Preference({ kind }: { kind: Kind }): ReactNode {
  const texts = useTexts();
  const { t, language } = texts;
  const { state, saved, draft, isEditable, settings } = useSettings();
  const options = useMemo(() => namedValues(kind, language), [kind, language]);
  const { mode, value } = draft.preferences[kind];
  const ofAccount = saved.account[kind];
  const needsReinstall = saved.changeable[`preferences.${kind}`] === 'reinstall';
  const isFixed = needsReinstall && saved.status === 'active';
  const refused = state.fieldProblems.find((problem) => problem.field === kind);
  const isListed = options.some((option) => option.value === value);

  // Somebody who may only look needs no controls.
  if (!isEditable)
    return (
      <p>
        <span className="kcc-label">{t(`preferences.${kind}`)}</span>{' '}
        {mode === 'account'
          ? t('preferences.account', { value: nameOfValue(kind, ofAccount, language) })
          : nameOfValue(kind, value, language)}
      </p>
    );
  return (
    <fieldset className="kcc-preference" disabled={isFixed}>
      <legend className="kcc-label">{t(`preferences.${kind}`)}</legend>
      <p className="kcc-field__hint">{t(`preferences.${kind}_text`)}</p>
      {needsReinstall && (
        <p className="kcc-field__hint">{t(isFixed ? 'save.reinstall' : 'save.reinstall_later')}</p>
      )}
      <Choice
        type="radio"
        name={`chat-connector-${kind}`}
        checked={mode === 'account'}
        onChoose={() => settings.setPreference(kind, { mode: 'account', value: ofAccount })}
      >
        {t('preferences.account', { value: nameOfValue(kind, ofAccount, language) })}
      </Choice>
      <Choice
        type="radio"
        name={`chat-connector-${kind}`}
        checked={mode === 'fixed'}
        onChoose={() => settings.setPreference(kind, { mode: 'fixed', value: value || ofAccount })}
      >
        {t(`preferences.other_${kind}`)}
      </Choice>
      {mode === 'fixed' && (
        <SelectField
          label={t(`preferences.fixed_${kind}`)}
          error={refused && fieldProblemText(texts, refused)}
          value={value}
          onChange={(chosen) => settings.setPreference(kind, { mode: 'fixed', value: chosen })}
          options={
            isListed ? options : [{ value, label: nameOfValue(kind, value, language) }, ...options]
          }
        />
      )}
    </fieldset>
  );
}

/** Everything to choose from, sorted by name. */
function namedValues(kind: Kind, language: string): { value: string; label: string }[] {
  const names = displayNames(kind, language);
  const { compare } = new Intl.Collator(language);
  return (kind === 'language' ? LANGUAGES : COUNTRIES)
    .split(' ')
    .map((value) => ({ value, label: names.of(value) ?? value }))
    .sort((left, right) => compare(left.label, right.label));
}
