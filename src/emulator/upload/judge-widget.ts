import { moderate } from './moderation.ts';
import type { WidgetProblem } from './problem.ts';
import { loadWidget } from './widget-folder.ts';

/** Everything that can be said of a widget in a folder or zip: the upload's rules and moderation's. */
export async function judgeWidget(path: string): Promise<WidgetProblem[]> {
  const widget = await loadWidget(path);
  const isForeign = widget.manifest === undefined && widget.problems.length === 1;
  return isForeign ? widget.problems : [...widget.problems, ...moderate(widget)];
}
