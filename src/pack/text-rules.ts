import type { Fault, PackageFiles } from './fault.ts';

const TEXT = /\.(js|css|json|txt)$/;

/** Every text file is UTF-8 without a byte-order mark, with LF line endings. */
export function checkTexts(files: PackageFiles): Fault[] {
  const faults: Fault[] = [];
  for (const [file, bytes] of files) {
    if (!TEXT.test(file)) continue;
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      faults.push({ file, message: 'is not UTF-8' });
      continue;
    }
    if (text.startsWith('\uFEFF')) faults.push({ file, message: 'begins with a byte-order mark' });
    const carriageReturn = text.indexOf('\r');
    if (carriageReturn !== -1) {
      const line = text.slice(0, carriageReturn).split('\n').length;
      faults.push({ file, line, message: 'has a CR; line ends must be LF' });
    }
  }
  return faults;
}
