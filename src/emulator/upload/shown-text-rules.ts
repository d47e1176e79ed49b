import { flatTexts, textAt } from './named-texts.ts';
import { PAGES } from './pages.ts';
import { listed, type WidgetProblem } from './problem.ts';
import { sayOf } from './say.ts';
import { localesOf, objectAt, type Widget } from './widget-package.ts';

/** Characters of the texts Kommo's list shows, tags not counted. */
const LIMITS = { name: 30, short_description: 50, description: 400 };
const NAME_WORD_MAX = 19;
const LINK = /<a\b[^>]*>/gi;
/** These may stand alone. */
const SINGLE = new Set(['br', 'hr', 'img', 'input', 'wbr', 'source', 'col', 'link', 'meta']);
const PLACEHOLDER = /%[A-Za-z_]\w*%|\$\{[^}]*\}|<%[\s\S]*?%>|\{\{[^}]*\}\}/;

type Rule = (text: string, language: string) => string | undefined;

/**
 * What moderation asks of the texts of a public integration
 * (https://developers.kommo.com/docs/getting-listed); private ones may say what they like. A rule that several
 * languages break is one problem.
 */
export function checkShownTexts(widget: Widget): WidgetProblem[] {
  const problems: WidgetProblem[] = [];
  const languages = localesOf(widget.manifest).filter((one) => widget.i18n[one] !== undefined);
  const part = objectAt(widget.manifest, 'widget');
  const keyOf = (name: string) => (typeof part?.[name] === 'string' ? String(part[name]) : '');
  const apply = (keys: readonly string[], rule: Rule, source: string) => {
    const found = languages.flatMap((language) =>
      keys.flatMap((key) => {
        const text = textAt(widget.i18n[language], key);
        const fault = typeof text === 'string' ? rule(text, language) : undefined;
        return fault === undefined ? [] : [{ file: `i18n/${language}.json`, key, fault }];
      }),
    );
    const [first, ...others] = found;
    if (first === undefined) return;
    const also = others.map(({ file, key }) => (file === first.file ? key : `${file} ${key}`));
    const more = also.length === 0 ? '' : ` (also ${listed(also)})`;
    const say = sayOf(first.file, widget.json, problems);
    say('warning', first.key, `${first.fault}${more}`, source);
  };
  const all = [
    ...new Set(languages.flatMap((one) => [...flatTexts(widget.i18n[one] ?? {}).keys()])),
  ];
  for (const [name, limit] of Object.entries(LIMITS)) {
    apply([keyOf(name)], (text) => tooLong(text, limit), PAGES.checklist);
  }
  apply([keyOf('name')], longWord, PAGES.checklist);
  apply([keyOf('name')], foreignName, PAGES.checklist);
  const shown = Object.keys(LIMITS).map(keyOf);
  apply(shown, unfilled, PAGES.manifest);
  apply(shown, unbalanced, PAGES.checklist);
  apply(all, script, PAGES.checklist);
  apply(all, bareLink, PAGES.checklist);
  apply(all, otherLanguage, PAGES.amoRequirements);
  apply(all, russianAddress, PAGES.amoRequirements);
  return problems;
}

function tooLong(text: string, limit: number): string | undefined {
  const { length } = [...text.replaceAll(/<[^>]*>/g, '')];
  return length > limit
    ? `has ${length} characters; a public integration may have ${limit}`
    : undefined;
}

function longWord(text: string): string | undefined {
  const word = text.split(/\s+/).find((one) => [...one].length > NAME_WORD_MAX);
  return word === undefined
    ? undefined
    : `holds the word "${word}", which has more than ${NAME_WORD_MAX} characters`;
}

function foreignName(text: string): string | undefined {
  return /kommo|amocrm/i.test(text)
    ? 'must not contain the name of Kommo or amoCRM; moderation refuses'
    : undefined;
}

function unfilled(text: string): string | undefined {
  const name = PLACEHOLDER.exec(text)?.[0];
  return name === undefined ? undefined : `holds ${name}, which Kommo shows as it is`;
}

function unbalanced(text: string): string | undefined {
  const open: string[] = [];
  for (const [, end, tag = ''] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?>/gi)) {
    const name = tag.toLowerCase();
    if (SINGLE.has(name)) continue;
    if (end === '') open.push(name);
    else if (open.pop() !== name) return `closes <${name}> where it is not open`;
  }
  return open.length === 0 ? undefined : `does not close <${open.at(-1)}>`;
}

function script(text: string): string | undefined {
  return /<script\b|\bon\w+\s*=\s*["']|href\s*=\s*["']?javascript:/i.test(text)
    ? 'holds a script; moderation refuses'
    : undefined;
}

function bareLink(text: string): string | undefined {
  const isBare = [...text.matchAll(LINK)].some(
    ([link]) =>
      !/target\s*=\s*["']?_blank/i.test(link) ||
      !/referrerpolicy\s*=\s*["']?no-referrer/i.test(link),
  );
  return isBare
    ? 'holds a link without target="_blank" and referrerpolicy="no-referrer"; add both'
    : undefined;
}

function otherLanguage(text: string, language: string): string | undefined {
  return language !== 'ru' && /[а-яё]{2}/i.test(text)
    ? 'is Russian; moderation wants each file in its own language'
    : undefined;
}

function russianAddress(text: string, language: string): string | undefined {
  return ['en', 'es', 'pt'].includes(language) && /[\w-]\.ru(?![\w-])/i.test(text)
    ? 'names an address in .ru; moderation refuses it in en, es and pt'
    : undefined;
}
