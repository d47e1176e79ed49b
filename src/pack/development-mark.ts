import { PAGES } from '../emulator/upload/pages.ts';
import type { WidgetProblem } from '../emulator/upload/problem.ts';
import type { PackageFiles } from './package-files.ts';

/** Stands in the script of every development build, and in no other. */
export const DEVELOPMENT_MARK = 'chat-connector development build';

/** A development build runs whatever its developer's machine sends: it is never for moderation. */
export function checkNoDevelopment(files: PackageFiles): WidgetProblem[] {
  const script = files.get('script.js');
  if (script === undefined || !Buffer.from(script).includes(DEVELOPMENT_MARK)) return [];
  const message =
    'is a development build, which fetches its code from a developer’s machine; make one to upload with npm run build';
  return [{ severity: 'error', file: 'script.js', message, source: PAGES.checklist }];
}
