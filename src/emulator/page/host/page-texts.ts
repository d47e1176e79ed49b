import { readFile } from 'node:fs/promises';

const FOLDER = new URL('../browser/texts/', import.meta.url);

/** The emulated page's own words, over English ones. @param language one of LANGUAGES */
export async function pageTexts(language: string): Promise<Record<string, string>> {
  const [base, own] = await Promise.all([read('en'), read(language)]);
  return { ...base, ...own };
}

async function read(language: string): Promise<Record<string, string>> {
  return JSON.parse(await readFile(new URL(`${language}.json`, FOLDER), 'utf8'));
}
