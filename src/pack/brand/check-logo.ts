import { readFileSync } from 'node:fs';
import type { BrandFault } from '../../brand/brand.ts';

/** What a drawing of a mark never needs, and the pictures and the renderer suffer from. */
const MOST_KB = 256;

/** What is refused in a drawing, by how it is found. The text continues "the drawing". */
const REFUSED: readonly [pattern: RegExp, message: string][] = [
  [/<(\w+:)?script\b/i, 'holds a script; take the <script> element away'],
  [/\son\w+\s*=\s*["']/i, 'holds a script in an attribute; take the on… attributes away'],
  [/javascript:/i, 'holds an address with a script; take it away'],
  [/<!(DOCTYPE|ENTITY)\b[^>]*\[/i, 'declares entities; save it as plain SVG'],
  [
    /<(\w+:)?foreignObject\b/i,
    'holds a <foreignObject>, which no logo can show; save it as plain SVG',
  ],
  [
    /(?:href\s*=\s*["']|url\(\s*["']?)(?!#|data:image\/)\s*[^"')\s]/i,
    'refers to another file or address; embed it, or draw it in paths',
  ],
  [/@import\b/i, 'imports styles from elsewhere; take the @import away'],
  [
    /<(\w+:)?text\b/i,
    'holds a <text>, whose font is not in it; convert it into paths (in Inkscape: Path, Object to Path)',
  ],
  [
    /<(\w+:)?(animate|animateTransform|animateMotion|set)\b/i,
    'is animated; moderation refuses that',
  ],
];

/** Reads the one drawing of a brand, and says what it cannot be used for. */
export function checkLogo(path: string): { svg: string; faults: BrandFault[] } {
  const fault = (message: string): { svg: string; faults: BrandFault[] } => ({
    svg: '',
    faults: [{ place: 'logo', message }],
  });
  let svg: string;
  try {
    svg = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch {
    return fault(
      `names ${path}, which cannot be read; the path counts from the folder of this file`,
    );
  }
  const drawn = svg.replaceAll(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>/g, '');
  const root = /^\s*(?:<!DOCTYPE[^>[]*(?:\[[^\]]*\])?>\s*)?<svg\b([^>]*)>/i.exec(drawn)?.[1];
  if (root === undefined || !/<\/svg>\s*$/.test(drawn)) {
    return fault('names a file that is no SVG; it must begin with <svg …> and end with </svg>');
  }
  const faults = REFUSED.filter(([pattern]) => pattern.test(drawn)).map(([, message]) => ({
    place: 'logo',
    message: `names a drawing that ${message}`,
  }));
  if (Buffer.byteLength(svg) > MOST_KB * 1024) {
    const kilobytes = Math.ceil(Buffer.byteLength(svg) / 1024);
    faults.push({
      place: 'logo',
      message: `names a drawing of ${kilobytes} KB; a logo of this size is drawn in ${MOST_KB} KB at most, so simplify its paths`,
    });
  }
  const isSized = /\bwidth\s*=\s*["']?[\d.]/.test(root) && /\bheight\s*=\s*["']?[\d.]/.test(root);
  if (!/\bviewBox\s*=/.test(root) && !isSized) {
    faults.push({
      place: 'logo',
      message: 'names a drawing without a viewBox; add one to <svg>, such as viewBox="0 0 100 100"',
    });
  }
  return { svg, faults };
}
