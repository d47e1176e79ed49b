import type { Fault, PackageFiles } from './fault.ts';

/** Pixel sizes of https://developers.kommo.com/docs/structure-widget; without one of them the upload fails. */
const LOGOS: Readonly<Record<string, readonly [width: number, height: number]>> = {
  'images/logo.png': [130, 100],
  'images/logo_main.png': [400, 272],
  'images/logo_medium.png': [240, 84],
  'images/logo_min.png': [84, 84],
  'images/logo_small.png': [108, 108],
};
const SLIDE = [1188, 616] as const;
const SLIDE_NAME = /^images\/tour_[a-z]{2}(_\d)?\.png$/;
const BYTES_MAX = 300 * 1024;
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Five logos and the slides in their exact sizes, none animated, none too large. */
export function checkImages(files: PackageFiles): Fault[] {
  const faults: Fault[] = [];
  for (const [file, size] of Object.entries(LOGOS)) {
    if (files.has(file)) faults.push(...checkPicture(file, files, size));
    else faults.push({ file, message: `is missing; Kommo needs it at ${size.join('x')}` });
  }
  for (const file of files.keys()) {
    if (!file.startsWith('images/') || file in LOGOS) continue;
    if (SLIDE_NAME.test(file)) faults.push(...checkPicture(file, files, SLIDE));
    else faults.push({ file, message: 'is not used by the widget' });
  }
  return faults;
}

function checkPicture(
  file: string,
  files: PackageFiles,
  [width, height]: readonly [number, number],
): Fault[] {
  const bytes = files.get(file) ?? new Uint8Array();
  const size = pngSize(bytes);
  if (size === undefined) return [{ file, message: 'is not a PNG' }];
  const faults: Fault[] = [];
  if (size.width !== width || size.height !== height) {
    faults.push({
      file,
      message: `is ${size.width}x${size.height}; Kommo needs ${width}x${height}`,
    });
  }
  if (bytes.length > BYTES_MAX) {
    faults.push({
      file,
      message: `has ${Math.ceil(bytes.length / 1024)} KB; Kommo allows ${BYTES_MAX / 1024} KB`,
    });
  }
  if (Buffer.from(bytes).includes('acTL')) faults.push({ file, message: 'is animated' });
  return faults;
}

/** Width and height from the header, the first chunk of every PNG. */
function pngSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  if (bytes.length < 24 || PNG_SIGNATURE.some((value, index) => bytes[index] !== value)) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
