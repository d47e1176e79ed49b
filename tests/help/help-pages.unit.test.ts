import { readdirSync, readFileSync } from 'node:fs';
import { HELP_ANCHORS, HELP_TOPICS } from '../../src/contract/help.ts';
import { HELP_LANGUAGES, HelpPages } from '../../src/server/help/help-pages.ts';
import { testConfig } from '../support/config.ts';

/** What the widget links to: every code and reason of the contract, and what only the widget knows. */
const CODES = new Set<string>(HELP_ANCHORS);

/** What the help calls as the screen does, and where. */
const LABELS: readonly [topic: string, keys: readonly string[]][] = [
  ['start', ['channels.empty_add', 'sync.title', 'sync.done']],
  ['telegram', ['key.connect', 'options.groups', 'options.import', 'status_action.key_rejected']],
  ['whatsapp', ['qr.show', 'qr.pairing', 'status.phone_offline', 'options.ignore']],
  ['slack', ['status.action_needed', 'status_action.sign_in_again']],
  ['own-service', ['connectors.api.title', 'status.action_needed']],
  ['sign-in', ['oauth.reopen']],
  ['messages', ['app.retry', 'undelivered.forget_all']],
  ['troubleshooting', ['install.button', 'status_action.key_rejected']],
];

const { brand } = testConfig(9_000);
const help = new HelpPages(brand);
const helpPage = help.page.bind(help);

function read(language: string, topic: string): string {
  return readFileSync(`docs/help/${language}/${topic}.md`, 'utf8');
}

function idsOf(html: string): string[] {
  return [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);
}

function textOf(language: string, key: string): string {
  const texts = JSON.parse(readFileSync(`i18n/${language}.json`, 'utf8'));
  return key.split('.').reduce((inner, name) => inner[name], texts);
}

test('there is help in every language of the widget', () => {
  const widget = readdirSync('i18n').filter((name) => name.endsWith('.json'));
  expect(HELP_LANGUAGES.map((language) => `${language}.json`).sort()).toEqual(widget.sort());
});

describe.each(HELP_LANGUAGES)('in %s', (language) => {
  test('every topic is a page and listed, and there are no others', () => {
    const names = readdirSync(`docs/help/${language}`).map((name) => name.replace(/\.md$/, ''));
    expect(names.sort()).toEqual([...HELP_TOPICS, 'index', 'not-found'].sort());
    const index = helpPage(undefined, language);
    expect(index).toMatchObject({ isFound: true, language });
    for (const topic of HELP_TOPICS) {
      expect(index.html).toContain(`href="help/${topic}?lang=${language}"`);
    }
  });

  test('every code and reason leads to a heading', () => {
    const ids = new Set(idsOf(helpPage('troubleshooting', language).html));
    expect([...CODES].filter((code) => !ids.has(code))).toEqual([]);
  });

  test.each(HELP_TOPICS)('%s has the headings of the English page, each id once', (topic) => {
    const { html, isFound } = helpPage(topic, language);
    expect(isFound).toBe(true);
    const ids = idsOf(html);
    expect(ids).toEqual(idsOf(helpPage(topic, 'en').html));
    expect(new Set(ids).size).toBe(ids.length);
    // No mark-up is left over, and nothing is loaded or run.
    expect(html).not.toMatch(/\{#|\*\*|<script|<img| on\w+=|javascript:/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
  });

  test.each([...HELP_TOPICS, 'index', 'not-found'])('every link of %s leads somewhere', (topic) => {
    for (const [, target = ''] of read(language, topic).matchAll(/\]\(([^)]+)\)/g)) {
      const [, other = '', anchor] = /^([\w-]+)\.md(?:#(.+))?$/.exec(target) ?? [];
      if (target.startsWith('https://')) continue;
      const html =
        other === 'index' ? helpPage(undefined, language).html : helpPage(other, language).html;
      expect([target, [...HELP_TOPICS, 'index'].includes(other)]).toEqual([target, true]);
      if (anchor !== undefined)
        expect([target, idsOf(html)]).toEqual([target, expect.arrayContaining([anchor])]);
    }
  });

  test.each(LABELS)('%s names buttons as the screen does', (topic, keys) => {
    const text = read(language, topic).replace(/\s+/g, ' ');
    expect(
      keys.map((key) => textOf(language, key)).filter((label) => !text.includes(label)),
    ).toEqual([]);
  });

  test('says what the English help says, and not in English', () => {
    if (language === 'en') return;
    for (const topic of HELP_TOPICS) {
      const [own, english] = [read(language, topic), read('en', topic)];
      expect([
        topic,
        own.length / english.length > 0.8 && own.length / english.length < 1.5,
      ]).toEqual([topic, true]);
      const paragraphs = new Set(english.split(/\n\n+/));
      expect(own.split(/\n\n+/).filter((text) => paragraphs.has(text))).toEqual([]);
    }
  });
});

test('a wanted language is found at the end of a very long list', () => {
  const many = Array.from({ length: 200_000 }, (_, index) => `x${index};q=0.1`).join(', ');
  expect(helpPage('start', `${many}, tr`).language).toBe('tr');
});

test('the title and the way back carry the name of the brand, and links its accent', () => {
  const acme = new HelpPages({
    ...brand,
    name: { en: '<Acme> & *Co*', es: 'Acme' },
    colours: { accent: '#7a1fa2' },
  });
  const { html } = acme.page(undefined, 'en');
  expect(html).toContain('<h1>&lt;Acme&gt; &amp; *Co* help</h1>');
  expect(html).toContain('<title>&lt;Acme&gt; &amp; *Co* help</title>');
  expect(html).toContain('--link:#7a1fa2;');
  expect(acme.page('start', 'es').html).toContain('‹ Ayuda de Acme</a>');
  // A language the brand has no name in.
  expect(acme.page(undefined, 'tr').html).toContain('<h1>&lt;Acme&gt; &amp; *Co* yardımı</h1>');
  for (const language of HELP_LANGUAGES)
    expect(acme.page('start', language).html).not.toMatch(/\{\{/);
});
