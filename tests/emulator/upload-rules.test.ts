import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadWidget } from '../../src/emulator/upload/widget-folder.ts';
import { pngHead, sampleManifest, sampleWidget, writeZip } from '../support/sample-widget.ts';

describe('what is wrong with a widget', () => {
  let folder: string;
  let number = 0;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'widget-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const manifest = (change: (value: never) => unknown) => {
    const value = structuredClone(sampleManifest());
    change(value as never);
    return { 'manifest.json': JSON.stringify(value) };
  };
  const said = async (changes: Parameters<typeof sampleWidget>[0]) => {
    number += 1;
    const path = writeZip(join(folder, `widget-${number}.zip`), sampleWidget(changes));
    const { problems } = await loadWidget(path);
    return problems.map(({ severity, file, message }) => `${severity} ${file}: ${message}`);
  };

  test.each<[string, Parameters<typeof sampleWidget>[0], string[]]>([
    ['no manifest', { 'manifest.json': null }, ['error manifest.json: It is missing']],
    ['no script', { 'script.js': null }, ['error script.js: It is missing']],
    [
      'a missing language',
      { 'i18n/es.json': null },
      ['error i18n/es.json: widget.locale names the language, but the file is missing'],
    ],
    [
      'a missing logo',
      { 'images/logo_min.png': null },
      ['error images/logo_min.png: The logo is missing (84x84)'],
    ],
    [
      'a logo of another size',
      { 'images/logo.png': pngHead(108, 108) },
      ['error images/logo.png: The logo is 108x108 and must be 130x100'],
    ],
    [
      'a logo that is no picture',
      { 'images/logo.png': 'GIF89a' },
      ['error images/logo.png: The logo is not a PNG picture'],
    ],
    [
      'a missing tour picture',
      { 'images/tour.png': null },
      [
        'error images/tour.png: The tour names it, but it is missing',
        'error images/tour.png: The tour names it, but it is missing',
      ],
    ],
    [
      'a byte order mark',
      { 'manifest.json': `\ufeff${JSON.stringify(sampleManifest())}` },
      ['error manifest.json: It begins with a byte order mark'],
    ],
    [
      'Windows lines',
      { 'style.css': 'a {}\r\n' },
      ['warning style.css: Lines must end with LF, not CRLF'],
    ],
    [
      'a call of eval',
      { 'lib/a.js': 'define([], () => [self.eval(1), medieval(2), eval (3)]);\n' },
      ['warning lib/a.js: eval: moderation refuses'],
    ],
    ['litter', { '.DS_Store': 'x' }, ['warning .DS_Store: It does not belong into the archive']],
  ])('names %s', async (_, changes, expected) => {
    expect(await said(changes)).toEqual(expected);
  });

  test('names a manifest that is not JSON, with what is wrong in it', async () => {
    const [problem] = await said({ 'manifest.json': '{"widget": }' });
    expect(problem).toMatch(/^error manifest\.json: It is not JSON: Unexpected token '}'/);
  });

  test('names texts that are missing in one language', async () => {
    const texts = { widget: { name: 'Sample', description: 'Text', short_description: 'Short' } };
    expect(await said({ 'i18n/es.json': JSON.stringify(texts) })).toEqual([
      'error i18n/es.json: Keys that i18n/en.json has are missing: widget.tour, settings.login',
      'error i18n/es.json: The text widget.tour, which the manifest needs, is missing',
      'error i18n/es.json: The text settings.login, which the manifest needs, is missing',
    ]);
  });

  test('needs to know how far a trigger of the digital pipeline may stretch', async () => {
    const withTrigger = manifest((value: { locations: string[]; dp: object }) => {
      value.locations.push('digital_pipeline');
      value.dp = { settings: {} };
    });
    expect(await said({ ...withTrigger, 'images/logo_dp.png': pngHead(174, 109) })).toEqual([
      'warning manifest.json: "dp.action_multiple" field is required by the documentation',
    ]);
  });

  test('needs a description of the agent in every language of a widget that is one', async () => {
    const asAgent = manifest((value: { locations: string[] }) => value.locations.push('ai_agent'));
    expect(await said(asAgent)).toEqual(
      ['en', 'es'].map(
        (language) =>
          `error i18n/${language}.json: The text widget.ai_agent_description, which the manifest needs, is missing`,
      ),
    );
  });

  test.each<[string, (value: never) => void, string]>([
    [
      'empty settings',
      (m: { settings: object }) => {
        m.settings = {};
      },
      'error manifest.json: "settings" field is required',
    ],
    [
      'is_tour false',
      (m: { tour: { is_tour: boolean } }) => {
        m.tour.is_tour = false;
      },
      'error manifest.json: "tour.is_tour" must be true',
    ],
    [
      'no tour',
      (m: { tour?: object }) => {
        delete m.tour;
      },
      'warning manifest.json: "tour" field is required by the documentation',
    ],
    [
      'interface version 1',
      (m: { widget: { interface_version: number } }) => {
        m.widget.interface_version = 1;
      },
      'error manifest.json: "widget.interface_version" must be 2',
    ],
    [
      'no locations',
      (m: { locations?: object }) => {
        delete m.locations;
      },
      'error manifest.json: "locations" field is required',
    ],
    [
      'an unknown field type',
      (m: { settings: { login: { type: string } } }) => {
        m.settings.login.type = 'date';
      },
      'error manifest.json: "settings.login.type" must be one of text, pass, users, users_lp, custom',
    ],
    [
      'an unknown place',
      (m: { locations: string[] }) => {
        m.locations = ['settings', 'moon'];
      },
      'warning manifest.json: "locations": moon is not a known place',
    ],
    [
      'advanced settings without a title',
      (m: { locations: string[] }) => {
        m.locations.push('advanced_settings');
      },
      'error manifest.json: "advanced.title" field is required with the location advanced_settings',
    ],
    [
      'a webhook at no address',
      (m: { dp: object }) => {
        m.dp = { webhook_url: 'http://example.com/hook' };
      },
      'error manifest.json: "dp.webhook_url" must be an address, https://…',
    ],
  ] as [string, (value: never) => void, string][])(
    'refuses a manifest with %s',
    async (_, change, expected) => {
      expect(await said(manifest(change))).toEqual([expected]);
    },
  );
});
