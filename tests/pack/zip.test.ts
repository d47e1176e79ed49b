import { execFileSync } from 'node:child_process';
import { unzipSync } from 'fflate';
import { zipFiles } from '../../src/pack/zip.ts';
import { bytes } from './good-package.ts';

const FILES: [string, Uint8Array][] = [
  ['script.js', bytes('define(() => 1);\n')],
  ['i18n/en.json', bytes('{}\n')],
  ['images/logo.png', Uint8Array.of(1, 2, 3)],
];

test('the files come back as they went in, at the root of the archive', () => {
  const entries = unzipSync(zipFiles(new Map(FILES)));
  expect(Object.keys(entries)).toEqual(['i18n/en.json', 'images/logo.png', 'script.js']);
  expect(new TextDecoder().decode(entries['script.js'])).toBe('define(() => 1);\n');
});

test('the order in which files were found does not change a byte', () => {
  const zip = zipFiles(new Map(FILES));
  expect(zipFiles(new Map(FILES.toReversed()))).toEqual(zip);
});

test('the time zone of the machine does not change a byte', () => {
  const program = `
    const { zipFiles } = await import(${JSON.stringify(new URL('../../src/pack/zip.ts', import.meta.url).href)});
    process.stdout.write(Buffer.from(zipFiles(new Map([['a.txt', new Uint8Array([1])]]))).toString('hex'));
  `;
  const zips = ['UTC', 'America/Sao_Paulo', 'Pacific/Auckland'].map((zone) =>
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    }),
  );
  expect(new Set(zips).size).toBe(1);
  expect(zips[0]).not.toBe('');
});
