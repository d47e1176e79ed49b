import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Brand, readBrand } from '../../brand/brand.ts';
import { text } from './environment.ts';

/** The brand of the project, which counts where none is named. */
const OWN = new URL('../../../brand.json', import.meta.url);

/** Reads the path of a brand's file, and returns the brand: the pages of the backend carry its name and its accent. */
export const brandFile = text.optional().transform((path, { addIssue }): Brand => {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path ?? OWN, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const isRead = error instanceof SyntaxError;
    addIssue(`names a file that ${isRead ? 'is not valid JSON' : 'cannot be read'}`);
    return z.NEVER;
  }
  const { brand, faults } = readBrand(json);
  for (const { place, message } of faults) {
    addIssue(place === '' ? message : `names a brand in which ${place} ${message}`);
  }
  return brand ?? z.NEVER;
});
