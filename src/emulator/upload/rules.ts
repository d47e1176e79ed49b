import { checkImages } from './image-rules.ts';
import { checkLanguages } from './language-rules.ts';
import { checkLayout } from './layout-rules.ts';
import { checkManifest } from './manifest-rules.ts';
import type { WidgetProblem } from './problem.ts';
import { checkScripts } from './script-rules.ts';
import { checkShownTexts } from './shown-text-rules.ts';
import { checkTextFiles } from './text-file-rules.ts';
import { checkUnused } from './unused-rules.ts';
import type { Widget } from './widget-package.ts';

const RULES = [
  checkLayout,
  checkTextFiles,
  checkManifest,
  checkLanguages,
  checkShownTexts,
  checkImages,
  checkScripts,
  checkUnused,
];

/** What Kommo's upload says of a widget, and moderation of everything but its code. */
export function checkWidget(widget: Widget): WidgetProblem[] {
  return RULES.flatMap((rule) => rule(widget));
}
