import { describeProblem } from '../../src/emulator/upload/problem.ts';
import { DEVELOPMENT_MARK } from '../../src/pack/development-mark.ts';
import { canBeUploaded, developmentPackage } from '../../src/pack/development-package.ts';
import { checkPackage } from '../../src/pack/package-rules.ts';
import { bytes, goodPackage, VERSION } from './good-package.ts';

const SCRIPT = bytes(`define(() => {
  function CustomWidget() {
    this.callbacks = { render: () => true, settings: () => '${DEVELOPMENT_MARK}' };
  }
  return CustomWidget;
});
`);

/** What Kommo shows itself. */
function shown(): Map<string, Uint8Array> {
  return new Map([...goodPackage()].filter(([name]) => /^(manifest|i18n|images)/.test(name)));
}

test('a development build can be uploaded, and its name says what it is', () => {
  const files = developmentPackage(shown(), SCRIPT);
  expect(canBeUploaded(files)).toBe(true);
  const texts = JSON.parse(Buffer.from(files.get('i18n/es.json') ?? []).toString()) as {
    widget: { name: string };
  };
  expect(texts.widget.name).toBe('Chat Connector (dev)');
});

test('it is refused for moderation, once, with what to do instead', () => {
  const faults = checkPackage(developmentPackage(shown(), SCRIPT), VERSION).map(describeProblem);
  expect(faults).toEqual([
    expect.stringMatching(/script\.js: is a development build.*npm run build/),
  ]);
});

test('texts that are no JSON keep it from being uploaded', () => {
  const files = shown().set('i18n/en.json', bytes('{'));
  expect(canBeUploaded(developmentPackage(files, SCRIPT))).toBe(false);
});
