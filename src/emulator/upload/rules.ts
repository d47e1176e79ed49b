import { checkImages } from './image-rules.ts';
import { checkLanguages } from './language-rules.ts';
import { checkManifest } from './manifest-rules.ts';
import type { Widget, WidgetProblem } from './widget-package.ts';

/**
 * What Kommo's upload and moderation would say about a widget's content.
 * https://developers.kommo.com/docs/widget-structure, https://developers.kommo.com/docs/manifest-json
 */
export function checkWidget(widget: Widget): WidgetProblem[] {
  return [
    ...checkFiles(widget),
    ...checkManifest(widget),
    ...checkLanguages(widget),
    ...checkImages(widget),
  ];
}

const LITTER = /(^|\/)(\.DS_Store|Thumbs\.db|__MACOSX)(\/|$)/;
/** A call to the global function, not to a method of that name. */
const EVAL = /(?<![\w$.])eval\s*\(/;
const TEXTS = /\.(js|css|json|twig|html)$/;

function checkFiles({ files }: Widget): WidgetProblem[] {
  const problems: WidgetProblem[] = [];
  if (!files.has('script.js')) {
    problems.push({ severity: 'error', file: 'script.js', message: 'It is missing' });
  }
  for (const [file, content] of files) {
    const warn = (message: string) => problems.push({ severity: 'warning', file, message });
    if (LITTER.test(file)) warn('It does not belong into the archive');
    if (file.endsWith('.map')) warn('A source map does not belong into the archive');
    if (!TEXTS.test(file)) continue;
    const text = Buffer.from(content);
    if (file.endsWith('.js') && EVAL.test(text.toString('utf8'))) warn('eval: moderation refuses');
    if (text.includes('\r\n')) warn('Lines must end with LF, not CRLF');
    const isMarked = text.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
    if (isMarked && !file.endsWith('.json')) warn('It begins with a byte order mark');
  }
  return problems;
}
