import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { type Brand, type BrandFault, readBrand } from '../../brand/brand.ts';
import { readJsonSource } from '../../emulator/upload/json-source.ts';
import { describeProblem, type WidgetProblem } from '../../emulator/upload/problem.ts';
import { isObject } from '../../emulator/upload/widget-package.ts';
import { PROJECT } from '../project.ts';
import { checkBrandStyles, readStyles } from './brand-styles.ts';
import { checkBrandTexts } from './brand-texts.ts';
import { checkLogo } from './check-logo.ts';

/** A brand that holds: everything in it was checked. */
export interface OpenBrand {
  brand: Brand;
  /** Absolute path of its file. */
  path: string;
  /** Absolute path of its drawing, and what is in it. */
  logo: { path: string; svg: string };
}

/** The brand cannot be used; `faults` says why, each with its line and place in the file. */
export class BrandRefused extends Error {
  readonly faults: readonly WidgetProblem[];

  constructor(faults: readonly WidgetProblem[]) {
    super(
      `The brand cannot be used:\n${faults.map((fault) => `  ${describeProblem(fault)}`).join('\n')}`,
    );
    this.name = 'BrandRefused';
    this.faults = faults;
  }
}

/**
 * The file that brands the widget, as an absolute path: `--brand`, or BRAND_FILE, or `brand.json` of the project.
 *
 * @param flag what stands behind `--brand`
 */
export function brandPath(flag?: string): string {
  return resolve(flag || process.env.BRAND_FILE || `${PROJECT}/brand.json`);
}

/** The files a brand is in, as far as they can be named: its own, and its drawing. */
export function brandFiles(path: string): string[] {
  try {
    const { value } = readJsonSource(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
    const logo: unknown = isObject(value) ? value.logo : undefined;
    return typeof logo === 'string' ? [path, resolve(dirname(path), logo)] : [path];
  } catch {
    // An editor is just replacing it, or whoever opens the brand says what is wrong.
    return [path];
  }
}

/**
 * @throws BrandRefused with every fault of the file, its texts, its colours and its logo, and PackageRefused when the
 *   texts that it is put into cannot be read
 */
export function openBrand(path: string): OpenBrand {
  const shown = relative('', path) || path;
  if (!existsSync(path)) {
    const message = 'there is no such file; name one with --brand <file> or BRAND_FILE';
    throw new BrandRefused([{ severity: 'error', file: shown, message }]);
  }
  const source = readJsonSource(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  const problems: WidgetProblem[] = source.faults.map(({ line, place, message }) => ({
    severity: 'error',
    file: shown,
    line,
    place: place || undefined,
    message,
  }));
  const say = (faults: readonly BrandFault[]) => {
    for (const { place, message } of faults) {
      const line = source.lineOf(place);
      problems.push({ severity: 'error', file: shown, line, place: place || undefined, message });
    }
  };
  if (source.value === undefined) throw new BrandRefused(problems);
  const { brand, faults } = readBrand(source.value);
  say(faults);
  if (brand === undefined) throw new BrandRefused(problems);
  const logo = { path: resolve(dirname(path), brand.logo), svg: '' };
  say(checkBrandTexts(brand));
  say(checkBrandStyles(readStyles(), brand));
  const drawing = checkLogo(logo.path);
  say(drawing.faults);
  if (problems.length > 0) throw new BrandRefused(problems);
  return { brand, path, logo: { ...logo, svg: drawing.svg } };
}
