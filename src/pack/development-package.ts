import type { SourceFault } from '../contract/development.ts';
import { openPackage } from '../emulator/upload/open-package.ts';
import { countErrors, type WidgetProblem } from '../emulator/upload/problem.ts';
import type { PackageFiles } from './package-files.ts';
import { checkPackage } from './package-rules.ts';
import { projectVersion } from './project.ts';

/** Behind the widget's name, so that nobody takes a development build for the real one. */
const NAME_SUFFIX = ' (dev)';

/**
 * The package that is uploaded once to develop with: what Kommo shows itself, and a script that fetches everything else
 * from the development server.
 *
 * @param shown manifest, texts and pictures
 * @param script the built `entry.js`
 */
export function developmentPackage(shown: PackageFiles, script: Uint8Array): PackageFiles {
  const files = [...shown].map(([name, bytes]) => {
    const isTexts = /^i18n\/[^/]+\.json$/.test(name);
    return [name, isTexts ? withSuffix(bytes) : bytes] as const;
  });
  return new Map([...files, ['script.js', script]]);
}

/** True when Kommo would take the upload, whatever moderation would say. */
export function canBeUploaded(files: PackageFiles): boolean {
  return countErrors(openPackage(files).problems) === 0;
}

/** What Kommo and moderation would say of the package that a release build makes of the same sources. */
export function packageFaults(files: PackageFiles): SourceFault[] {
  return checkPackage(files, projectVersion()).map((problem) => toFault('package', problem));
}

export function toFault(
  kind: SourceFault['kind'],
  { file, line, place, message }: WidgetProblem,
): SourceFault {
  const text = place === undefined || place === '' ? message : `${place}: ${message}`;
  return { kind, file, ...(line !== undefined && { line }), message: text };
}

/** Texts that cannot be read stay as they are; the rules for packages say what is wrong with them. */
function withSuffix(bytes: Uint8Array): Uint8Array {
  try {
    const texts = JSON.parse(Buffer.from(bytes).toString('utf8')) as { widget: { name: string } };
    texts.widget.name += NAME_SUFFIX;
    return Buffer.from(`${JSON.stringify(texts, undefined, 2)}\n`);
  } catch {
    return bytes;
  }
}
