import type { Widget, WidgetProblem } from './widget-package.ts';

/** Logos every widget needs, with their sizes in pixels. */
const LOGOS: Record<string, [number, number]> = {
  'images/logo.png': [130, 100],
  'images/logo_main.png': [400, 272],
  'images/logo_medium.png': [240, 84],
  'images/logo_min.png': [84, 84],
  'images/logo_small.png': [108, 108],
};
const LOGO_DP: [number, number] = [174, 109];
const MAX_BYTES = 300 * 1024;
const TOUR_SIZE: [number, number] = [1188, 616];

export function checkImages({ files, manifest }: Widget): WidgetProblem[] {
  const locations = Array.isArray(manifest?.locations) ? manifest.locations : [];
  const logos = { ...LOGOS };
  if (locations.some((one) => one === 'digital_pipeline')) logos['images/logo_dp.png'] = LOGO_DP;
  const problems: WidgetProblem[] = [];
  for (const [file, size] of Object.entries(logos)) {
    const content = files.get(file);
    if (content === undefined) {
      problems.push({
        severity: 'error',
        file,
        message: `The logo is missing (${size.join('x')})`,
      });
      continue;
    }
    const found = pngSize(content);
    if (found === undefined) {
      problems.push({ severity: 'error', file, message: 'The logo is not a PNG picture' });
    } else if (found.join() !== size.join()) {
      const message = `The logo is ${found.join('x')} and must be ${size.join('x')}`;
      problems.push({ severity: 'error', file, message });
    }
  }
  for (const [file, content] of files) {
    if (!file.startsWith('images/') || content.length <= MAX_BYTES) continue;
    problems.push({ severity: 'error', file, message: 'A picture may have at most 300 KB' });
  }
  return [...problems, ...checkTour({ files, manifest })];
}

function checkTour({ files, manifest }: Omit<Widget, 'i18n'>): WidgetProblem[] {
  const tour = manifest?.tour as { tour_images?: unknown } | undefined;
  const images = tour?.tour_images;
  if (typeof images !== 'object' || images === null) return [];
  const problems: WidgetProblem[] = [];
  for (const [language, list] of Object.entries(images)) {
    const names = Array.isArray(list) ? list.map(String) : [];
    if (names.length < 1 || names.length > 5) {
      const message = `tour.tour_images.${language}: 1 to 5 pictures are expected`;
      problems.push({ severity: 'error', file: 'manifest.json', message });
    }
    for (const name of names) {
      const file = name.replace(/^\//, '');
      const content = files.get(file);
      const size = content && pngSize(content);
      if (content === undefined) {
        problems.push({ severity: 'error', file, message: 'The tour names it, but it is missing' });
      } else if (size !== undefined && size.join() !== TOUR_SIZE.join()) {
        const message = `A tour picture should be ${TOUR_SIZE.join('x')}, this is ${size.join('x')}`;
        problems.push({ severity: 'warning', file, message });
      }
    }
  }
  return problems;
}

/** Width and height; undefined if the bytes are not a PNG. */
function pngSize(content: Uint8Array): [number, number] | undefined {
  const bytes = Buffer.from(content);
  if (bytes.length < 24 || bytes.readUInt32BE(0) !== 0x89504e47) return undefined;
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}
