import { LANGUAGES } from './manifest-shape.ts';
import { flatTexts, type NamedText, namedTexts, textAt } from './named-texts.ts';
import { PAGES } from './pages.ts';
import { listed, type Severity, type WidgetProblem } from './problem.ts';
import { sayOf } from './say.ts';
import { localesOf, type Widget } from './widget-package.ts';

/** The languages the manifest names: their files, the texts it points to, and the same keys in all. */
export function checkLanguages(widget: Widget): WidgetProblem[] {
  const { manifest, files } = widget;
  if (manifest === undefined) return [];
  const locale = [...new Set(localesOf(manifest))].filter((name) => LANGUAGES.includes(name));
  const rules = new LanguageRules(widget, locale);
  rules.checkFiles([...files.keys()]);
  const named = namedTexts(manifest);
  const known = new Set(named.map(({ key }) => key));
  rules.checkNamed(named);
  rules.checkSameKeys(known);
  rules.checkValues(known);
  return rules.problems;
}

/** A language asks for other plural forms than the next, so their endings do not count as keys. */
const PLURAL = /_(zero|one|two|few|many|other)$/;

class LanguageRules {
  readonly problems: WidgetProblem[] = [];
  readonly #widget: Widget;
  readonly #locale: readonly string[];
  readonly #present: readonly string[];

  constructor(widget: Widget, locale: readonly string[]) {
    this.#widget = widget;
    this.#locale = locale;
    this.#present = locale.filter((language) => widget.i18n[language] !== undefined);
  }

  checkFiles(names: readonly string[]): void {
    const missing = this.#locale.filter((language) => !names.includes(fileOf(language)));
    if (missing.length > 0) {
      const also = missing.length === 1 ? '' : `; so are ${listed(missing.slice(1).map(fileOf))}`;
      const message = `is missing, and widget.locale names the language${also}`;
      this.#say('error', fileOf(missing[0]), '', message, PAGES.structure);
    }
    const extra = names.filter((name) => {
      const language = /^i18n\/([^/]+)\.json$/.exec(name)?.[1];
      return language !== undefined && !localesOf(this.#widget.manifest).includes(language);
    });
    // Without a list of languages every file would be one too many.
    if (extra.length > 0 && localesOf(this.#widget.manifest).length > 0) {
      const also = extra.length === 1 ? '' : ` (so are ${listed(extra.slice(1))})`;
      const message = `is a language that widget.locale does not name${also}; name it, or take the file away`;
      this.#say('warning', extra[0] ?? '', '', message, PAGES.checklist);
    }
  }

  checkNamed(named: readonly NamedText[]): void {
    const plain: NamedText[] = [];
    const seen = new Set<string>();
    for (const one of named) {
      if (seen.has(one.key) || this.#present.length === 0) continue;
      seen.add(one.key);
      const lacking = this.#present.filter(
        (language) => typeof textAt(this.#widget.i18n[language], one.key) !== 'string',
      );
      if (lacking.length === 0) this.#checkEmpty(one.key);
      else if (lacking.length < this.#present.length) this.#sayLacking(one, lacking);
      else if (this.#isKey(one)) {
        const message = `names the text ${one.key}, which ${this.#allFiles()}`;
        this.#say('error', 'manifest.json', one.place, message, PAGES.amoStructure);
      } else if (!one.isPerhaps) plain.push(one);
    }
    if (plain.length === 0) return;
    const also =
      plain.length === 1 ? '' : ` (also ${listed(plain.slice(1).map(({ place }) => place))})`;
    const message = `holds a text itself${also}; the documentation wants the key of one in i18n`;
    this.#say('warning', 'manifest.json', plain[0]?.place ?? '', message, PAGES.amoStructure);
  }

  #isKey({ key, isPerhaps }: NamedText): boolean {
    if (!/^[\w-]+(\.[\w-]+)+$/.test(key)) return false;
    // www.example.com is no key, but salesbot.text is one where there is a group of that name.
    const [group = ''] = key.split('.');
    return !isPerhaps || this.#present.some((one) => group in (this.#widget.i18n[one] ?? {}));
  }

  #allFiles(): string {
    const files = this.#present.map(fileOf);
    return files.length === 1 ? `${files[0]} lacks` : `${listed(files)} all lack`;
  }

  #sayLacking({ key, place }: NamedText, lacking: readonly string[]): void {
    const also =
      lacking.length === 1 ? '' : `; so it is in ${listed(lacking.slice(1).map(fileOf))}`;
    const message = `is missing, and ${place} of the manifest names it${also}`;
    this.#say('error', fileOf(lacking[0]), key, message, PAGES.amoStructure);
  }

  #checkEmpty(key: string): void {
    const empty = this.#present.filter(
      (language) => String(textAt(this.#widget.i18n[language], key)).trim() === '',
    );
    if (empty.length === 0) return;
    const also = empty.length === 1 ? '' : ` (also in ${listed(empty.slice(1).map(fileOf))})`;
    const message = `is empty${also}, and the manifest names it`;
    this.#say('error', fileOf(empty[0]), key, message, PAGES.amoStructure);
  }

  checkSameKeys(named: ReadonlySet<string>): void {
    const keys = new Map(
      this.#present.map((language) => {
        const all = [...flatTexts(this.#widget.i18n[language] ?? {}).keys()];
        const plural = new Set(
          all.filter((key) => key.endsWith('_other')).map((key) => key.replace(PLURAL, '')),
        );
        const bare = (key: string) =>
          plural.has(key.replace(PLURAL, '')) ? key.replace(PLURAL, '') : key;
        return [language, new Set(all.map(bare))] as const;
      }),
    );
    const gaps = new Map<string, { lacks: string[]; alone: string[] }>();
    for (const key of new Set([...keys.values()].flatMap((one) => [...one]))) {
      if (named.has(key)) continue;
      const having = this.#present.filter((language) => keys.get(language)?.has(key));
      const lacking = this.#present.filter((language) => !having.includes(language));
      // The odd one out has the fault; of two, the first language is what the others follow.
      const isAlone =
        having.length < lacking.length ||
        (having.length === lacking.length && having[0] !== this.#present[0]);
      for (const language of lacking.length === 0 ? [] : isAlone ? having : lacking) {
        const gap = gaps.get(language) ?? { lacks: [], alone: [] };
        gap[isAlone ? 'alone' : 'lacks'].push(key);
        gaps.set(language, gap);
      }
    }
    this.#sayGaps([...gaps]);
  }

  #sayGaps(gaps: readonly [language: string, gap: { lacks: string[]; alone: string[] }][]): void {
    const texts = gaps.map(([language, { lacks, alone }]) => ({
      file: fileOf(language),
      place: alone[0] ?? '',
      text: [
        lacks.length > 0 ? `lacks ${listed(lacks)}` : '',
        alone.length > 0 ? `has ${listed(alone)} beyond the others` : '',
      ]
        .filter((one) => one !== '')
        .join(' and '),
    }));
    const [first, ...others] = texts;
    if (first === undefined) return;
    const also = others.map(({ file, text }) => `; ${file} ${text}`).join('');
    const message = `${first.text}${also}; all languages need the same keys`;
    this.#say('error', first.file, first.place, message, PAGES.amoStructure);
  }

  checkValues(named: ReadonlySet<string>): void {
    const empty: [file: string, key: string][] = [];
    const odd: [file: string, key: string][] = [];
    for (const language of this.#present) {
      for (const [key, value] of flatTexts(this.#widget.i18n[language] ?? {})) {
        if (named.has(key)) continue;
        if (typeof value !== 'string') odd.push([fileOf(language), key]);
        else if (value.trim() === '') empty.push([fileOf(language), key]);
      }
    }
    this.#sayAll(empty, 'is empty');
    this.#sayAll(odd, 'must be a text or a group of texts');
  }

  #sayAll(found: readonly [file: string, key: string][], text: string): void {
    const [first, ...others] = found;
    if (first === undefined) return;
    const also = others.map(([file, key]) => (file === first[0] ? key : `${file} ${key}`));
    const message = also.length === 0 ? text : `${text} (also ${listed(also)})`;
    this.#say('warning', first[0], first[1], message, PAGES.amoStructure);
  }

  #say(severity: Severity, file: string, place: string, message: string, source: string): void {
    sayOf(file, this.#widget.json, this.problems)(severity, place, message, source);
  }
}

function fileOf(language = ''): string {
  return `i18n/${language}.json`;
}
