import { globSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Folders and files outside of src/server that the server reads when it starts. */
function foldersRead(): string[] {
  const folders = globSync('src/server/**/*.ts', { cwd: ROOT }).flatMap((file) => {
    const text = readFileSync(`${ROOT}/${file}`, 'utf8');
    return [...text.matchAll(/new URL\('(\.\.\/[^']+(?:\/|\.json))', import\.meta\.url\)/g)].map(
      ([, path]) =>
        relative(ROOT, fileURLToPath(new URL(path ?? '', pathToFileURL(`${ROOT}/${file}`)))),
    );
  });
  return [...new Set(folders)].filter((folder) => !folder.startsWith('src/')).sort();
}

test('the image holds every folder and file that the server reads', () => {
  const read = foldersRead();
  expect(read).toEqual(['brand.json', 'docs/help', 'i18n/messages', 'i18n/pages']);
  const copied = [...readFileSync(`${ROOT}/Dockerfile`, 'utf8').matchAll(/^COPY (\S+) \1$/gm)];
  expect(copied.map(([, folder]) => folder)).toEqual(expect.arrayContaining(read));
  // Everything else is kept from the build.
  const sent = readFileSync(`${ROOT}/.dockerignore`, 'utf8').split('\n');
  expect(sent).toEqual(expect.arrayContaining(read.map((folder) => `!${folder}`)));
});
