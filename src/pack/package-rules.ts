import { moderate } from '../emulator/upload/moderation.ts';
import { openPackage } from '../emulator/upload/open-package.ts';
import { placeOf, type WidgetProblem } from '../emulator/upload/problem.ts';
import { localesOf, type Widget } from '../emulator/upload/widget-package.ts';
import { checkNoDevelopment } from './development-mark.ts';
import { checkOwnFiles, STYLES, VENDOR_SCRIPTS } from './own-files.ts';
import { checkOwnManifest } from './own-manifest.ts';
import { checkOwnStyles } from './own-styles.ts';
import { checkOwnTexts } from './own-texts.ts';
import type { PackageFiles } from './package-files.ts';

/** What is wrong with the package, by the name of the rules that say so. */
export type Verdict = Readonly<Record<string, WidgetProblem[]>>;

/**
 * Everything Kommo's upload and moderation would say of our package, before it is uploaded: the rules every
 * widget is judged by, and those of this project. Here a warning is a fault, too.
 */
export function judgePackage(files: PackageFiles, version: string): Verdict {
  const { problems, ...opened } = openPackage(files);
  const moderated = moderate(opened, { thirdParty: VENDOR_SCRIPTS, isStrict: true });
  const known = new Set([...problems, ...moderated].map(placeOf));
  const own = ownProblems(opened, version).filter((problem) => !known.has(placeOf(problem)));
  return { upload: problems, moderation: moderated, 'own rules': own };
}

/** The same as one list. */
export function checkPackage(files: PackageFiles, version: string): WidgetProblem[] {
  return Object.values(judgePackage(files, version)).flat();
}

function ownProblems(widget: Widget, version: string): WidgetProblem[] {
  const development = checkNoDevelopment(widget.files);
  // What such a package lacks is of no interest.
  if (development.length > 0) return development;
  const styles = widget.files.get(STYLES);
  return [
    ...checkOwnFiles(widget.files, localesOf(widget.manifest)),
    ...checkOwnManifest(widget, version),
    ...checkOwnTexts(widget),
    ...(styles === undefined ? [] : checkOwnStyles(STYLES, new TextDecoder().decode(styles))),
  ];
}
