import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Tokens } from 'marked';
import { type Brand, brandName } from '../../brand/brand.ts';
import { escapeHtml } from '../platform/http/escape-html.ts';
import { knownLanguage } from '../platform/http/page-text.ts';
import { helpHtml, helpPolicy, helpStyle } from './help-html.ts';

/** The page that lists the others, and the one for a topic there is not. */
const INDEX = 'index';
const NOT_FOUND = 'not-found';

const FOLDER = new URL('../../../docs/help/', import.meta.url);

const require = createRequire(import.meta.url);

/** Loaded when the first page is asked for: many processes never show one. */
const library = (): typeof import('marked') => require('marked');

/** `Title {#id #another}`: ids that links lead to, the same in every language. */
const HEADING_IDS = /\s*\{((?:#[\w-]+ ?)+)\}$/;

export interface HelpPage {
  isFound: boolean;
  language: string;
  html: string;
}

/** What stands for the brand's name in a page. */
const NAME = '{{name}}';

/** Every page by language and topic, as it is written. Read when the process starts: a missing folder shows at once. */
const PAGES = readPages();

/** The languages that there is help in. */
export const HELP_LANGUAGES = [...PAGES.keys()];

/** The help with the name and the accent of a brand. */
export class HelpPages {
  /** What a browser may do with these pages. */
  readonly policy: string;
  readonly #brand: Brand;
  readonly #style: string;
  /** Rendered when it is first asked for, and kept: few processes are ever asked for all of them. */
  readonly #shown = new Map<string, string>();

  constructor(brand: Brand) {
    this.#brand = brand;
    this.#style = helpStyle(brand.colours.accent);
    this.policy = helpPolicy(this.#style);
  }

  /**
   * A page of the help; where there is no such topic, the page that says so.
   *
   * @param languages language tags in the order in which they are wanted; English where we have none of them
   */
  page(topic: string | undefined, languages: string): HelpPage {
    const language = knownLanguage(languages, (tag) => PAGES.has(tag));
    const name = topic ?? INDEX;
    const isFound = topic === undefined || (isTopic(topic) && hasPage(language, topic));
    return { isFound, language, html: this.#html(language, isFound ? name : NOT_FOUND) };
  }

  #html(language: string, name: string): string {
    const key = `${language}/${name}`;
    const known = this.#shown.get(key);
    if (known !== undefined) return known;
    const markdown = pageOf(language, name);
    const isIndex = name === INDEX;
    const html = helpHtml({
      language,
      languages: HELP_LANGUAGES,
      title: titleOf(markdown),
      home: titleOf(pageOf(language, INDEX)),
      isIndex,
      style: this.#style,
      // What is not found has an address of any depth below /help, so it leads to the index only.
      body: render(markdown, language, isIndex),
    });
    // At the end: a name may hold what Markdown and HTML have a meaning for.
    const branded = html.replaceAll(NAME, () => escapeHtml(brandName(this.#brand, language)));
    this.#shown.set(key, branded);
    return branded;
  }
}

function isTopic(name: string): boolean {
  return name !== INDEX && name !== NOT_FOUND;
}

function hasPage(language: string, name: string): boolean {
  return PAGES.get(language)?.has(name) ?? false;
}

/** @throws when there is none: each language has every page */
function pageOf(language: string, name: string): string {
  const markdown = PAGES.get(language)?.get(name);
  if (markdown === undefined) throw new Error(`docs/help/${language} lacks ${name}.md.`);
  return markdown;
}

function readPages(): Map<string, Map<string, string>> {
  const languages = readdirSync(FOLDER).sort();
  return new Map(
    languages.map((language) => {
      const folder = new URL(`${language}/`, FOLDER);
      const pages = readdirSync(folder).map((file) => {
        const markdown = readFileSync(new URL(file, folder), 'utf8');
        return [file.replace(/\.md$/, ''), markdown] as const;
      });
      return [language, new Map(pages)];
    }),
  );
}

function titleOf(markdown: string): string {
  return /^# (.+)$/m.exec(markdown)?.[1] ?? '';
}

/** Links are relative, so that they hold behind a proxy that adds to the path. */
function render(markdown: string, language: string, isIndex: boolean): string {
  const marked = new (library().Marked)({
    async: false,
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        const [first, ...others] = HEADING_IDS.exec(text)?.[1]?.trim().split(' ') ?? [];
        const inner = this.parser.parseInline(tokens).replace(HEADING_IDS, '');
        const id = first === undefined ? '' : ` id="${first.slice(1)}"`;
        const more = others.map((name) => `<span id="${name.slice(1)}"></span>`).join('');
        return `<h${depth}${id}>${more}${inner}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        const [, topic, anchor = ''] = /^([\w-]+)\.md(#.*)?$/.exec(href) ?? [];
        const target =
          topic === undefined ? href : `${addressOf(topic, isIndex)}?lang=${language}${anchor}`;
        return `<a href="${target}">${this.parser.parseInline(tokens)}</a>`;
      },
    },
  });
  return marked.parse(markdown) as string;
}

function addressOf(topic: string, isIndex: boolean): string {
  if (topic === INDEX) return isIndex ? 'help' : '../help';
  return isIndex ? `help/${topic}` : topic;
}
