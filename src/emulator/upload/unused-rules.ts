import { isLogo } from './image-rules.ts';
import { isLitter } from './layout-rules.ts';
import { PAGES } from './pages.ts';
import { listed, type WidgetProblem } from './problem.ts';
import type { Widget } from './widget-package.ts';

const TEXT = /\.(js|css|json|twig|html|svg)$/i;
/** Only these are plainly for the widget; a licence or a read-me needs no mention. */
const COUNTED = /\.(js|css|twig|html|png|jpe?g|gif|svg|webp|woff2?|ttf|eot|mp3|mp4)$/i;
/** Kommo asks for these by name. */
const ASKED = new Set([
  'script.js',
  'amoforms.js',
  'personal_page.js',
  'manifest.json',
  'widget.php',
]);

/** Pictures of a tour, which is complained of where it lacks a language. */
const SLIDE = /(^|\/)(tour|slide)[^/]*$/i;

/** Each file is looked for in each text: with more of them the answer would keep people waiting. */
const MANY = 500;

/** Files that nothing in the widget names, not even in parts: moderation wants them out. */
export function checkUnused({ files, manifest }: Widget): WidgetProblem[] {
  // What would name the files is not there.
  if (files.size > MANY || manifest === undefined || !files.has('script.js')) return [];
  const texts = [...files]
    .filter(([file]) => TEXT.test(file) && !isLitter(file))
    .map(([file, bytes]) => ({ file, text: Buffer.from(bytes).toString('utf8') }));
  const unused = [...files.keys()].filter(
    (file) =>
      COUNTED.test(file) &&
      !ASKED.has(file) &&
      // One in other capitals has been named for that.
      !isLogo(file.toLowerCase()) &&
      !SLIDE.test(file) &&
      !isLitter(file) &&
      !texts.some((one) => one.file !== file && names(one.text, file)),
  );
  const [first, ...others] = unused;
  if (first === undefined) return [];
  const also = others.length === 0 ? '' : ` (nor is ${listed(others)})`;
  const message = `is named nowhere in the widget${also}; take unused files away`;
  return [{ severity: 'warning', file: first, message, source: PAGES.amoRequirements }];
}

/** Whether the text names the file: whole, or a part that a script may complete, as in 'flag_' + language. */
function names(text: string, file: string): boolean {
  const stem = (file.split('/').at(-1) ?? file).replace(/\.\w+$/, '');
  if (text.includes(stem)) return true;
  const cuts = [...stem.matchAll(/(?<=[._~-])|(?<=[a-z])(?=\d)/gi)].map(({ index }) => index);
  const isBegun = cuts.some((cut) =>
    ['"', "'", '`', '${', '{{'].some((end) => text.includes(`${stem.slice(0, cut)}${end}`)),
  );
  const last = stem.slice(cuts.at(-1) ?? 0);
  const isEnded = cuts.length > 0 && last.length >= 4 && text.includes(`"${last}"`);
  return isBegun || isEnded;
}
