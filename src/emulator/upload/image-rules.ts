import { PAGES } from './pages.ts';
import { type Picture, readPicture } from './picture.ts';
import { listed, type Severity, type WidgetProblem } from './problem.ts';
import { sayOf } from './say.ts';
import { isObject, objectAt, textsIn, type Widget } from './widget-package.ts';

type Size = readonly [width: number, height: number];

/** Logos every widget needs, with their sizes in pixels. */
const LOGOS: Readonly<Record<string, Size>> = {
  'images/logo.png': [130, 100],
  'images/logo_main.png': [400, 272],
  'images/logo_medium.png': [240, 84],
  'images/logo_min.png': [84, 84],
  'images/logo_small.png': [108, 108],
};
const LOGO_DP = 'images/logo_dp.png';
const LOGO_DP_SIZE: Size = [174, 109];
const MAX_BYTES = 300 * 1024;
const TOUR: Size = [1188, 616];

/** Logos with their sizes, and every picture the manifest names. */
export function checkImages(widget: Widget): WidgetProblem[] {
  const rules = new ImageRules(widget);
  rules.checkLogos();
  rules.checkNamed();
  rules.checkWeight();
  return rules.problems;
}

/** Files Kommo itself looks for. */
export function isLogo(file: string): boolean {
  return Object.hasOwn(LOGOS, file) || file === LOGO_DP;
}

class ImageRules {
  readonly problems: WidgetProblem[] = [];
  readonly #widget: Widget;

  constructor(widget: Widget) {
    this.#widget = widget;
  }

  checkLogos(): void {
    const logos = new Map(Object.entries(LOGOS));
    const places = textsIn(this.#widget.manifest?.locations);
    if (places.includes('digital_pipeline')) logos.set(LOGO_DP, LOGO_DP_SIZE);
    const gone: string[] = [];
    for (const [file, size] of logos) {
      const content = this.#widget.files.get(file);
      if (content !== undefined) this.#checkLogo(file, readPicture(content), size);
      else if (this.#sameBut(file) === undefined) gone.push(file);
      else this.#sayCase(file, file, '', 'Kommo looks for');
    }
    const [first] = gone;
    if (first === undefined) return;
    const sizes = gone.map((file) => `${file} ${logos.get(file)?.join('x')}`);
    const message =
      gone.length === 1
        ? `is missing; Kommo needs it as a PNG of ${logos.get(first)?.join('x')}`
        : `${gone.length} logos are missing: ${sizes.join(', ')}`;
    this.#say('error', first, message, PAGES.structure);
  }

  #checkLogo(file: string, picture: Picture | undefined, size: Size): void {
    if (picture === undefined || picture.kind === 'svg' || picture.kind === 'webp') {
      const what = picture === undefined ? 'no picture' : `of the kind ${picture.kind}`;
      this.#say('error', file, `is ${what}; a logo is a PNG`, PAGES.structure);
      return;
    }
    if (picture.kind !== 'png') {
      const message = `holds ${picture.kind.toUpperCase()}, not PNG; Kommo's pages ask for PNG, amoCRM's take both`;
      this.#say('warning', file, message, PAGES.structure);
    }
    if (picture.width === undefined) {
      this.#say('error', file, 'is cut off: its size cannot be read', PAGES.structure);
      return;
    }
    if (picture.width !== size[0] || picture.height !== size[1]) {
      const message = `is ${picture.width}x${picture.height} and must be ${size.join('x')}`;
      this.#say('error', file, message, PAGES.structure);
    }
    this.#checkAnimation(file, picture);
  }

  #checkAnimation(file: string, { isAnimated }: Picture): void {
    if (isAnimated)
      this.#say('warning', file, 'is animated; moderation refuses', PAGES.amoRequirements);
  }

  /** Pictures of the tour, the main menu and the bot. One picture of several languages is judged once. */
  checkNamed(): void {
    const { manifest } = this.#widget;
    const seen = new Set<string>();
    const images = objectAt(objectAt(manifest, 'tour'), 'tour_images');
    for (const [language, list] of Object.entries(images ?? {})) {
      if (!Array.isArray(list)) continue;
      for (const [index, name] of list.entries()) {
        if (typeof name !== 'string' || seen.has(name)) continue;
        seen.add(name);
        this.#checkSlide(name, `tour.tour_images.${language}.${index}`);
      }
    }
    for (const [name, item] of Object.entries(objectAt(manifest, 'left_menu') ?? {})) {
      if (!isObject(item) || typeof item.icon !== 'string') continue;
      this.#find(item.icon, `left_menu.${name}.icon`, 'error', PAGES.leftMenu);
    }
    const logo = objectAt(manifest, 'salesbot_designer')?.logo;
    if (typeof logo === 'string') {
      // The sample's path begins with the folder Kommo puts the widget into.
      const inside = logo.replace(/^\/?(widgets|upl)\/[^/]+\/(widget\/)?/, '');
      this.#find(inside, 'salesbot_designer.logo', 'warning', PAGES.salesbot);
    }
  }

  #checkSlide(name: string, place: string): void {
    // A path of another kind has been named by its shape.
    if (!/^\/?images\//.test(name)) return;
    const content = this.#find(name, place, 'error', PAGES.manifest);
    if (content === undefined) return;
    const file = name.replace(/^\//, '');
    const picture = readPicture(content);
    if (picture === undefined) {
      this.#say('error', file, 'is no picture, and the tour shows it', PAGES.manifest);
      return;
    }
    const { width, height } = picture;
    if (width !== undefined && (width !== TOUR[0] || height !== TOUR[1])) {
      const message = `is ${width}x${height}; a picture of the tour should be ${TOUR.join('x')}`;
      this.#say('warning', file, message, PAGES.checklist);
    }
    this.#checkAnimation(file, picture);
  }

  #find(name: string, place: string, severity: Severity, source: string): Uint8Array | undefined {
    if (/^https?:/.test(name)) return undefined;
    const file = name.replace(/^\.?\//, '').replace(/\?.*$/, '');
    const content = this.#widget.files.get(file);
    if (content !== undefined) return content;
    if (this.#sameBut(file) !== undefined)
      this.#sayCase(file, 'manifest.json', place, 'this names');
    else {
      const say = sayOf('manifest.json', this.#widget.json, this.problems);
      say(severity, place, `names ${file}, which is not in the widget`, source);
    }
    return undefined;
  }

  /** A file of that name with other capitals, which only some systems take for the same. */
  #sameBut(file: string): string | undefined {
    const wanted = file.toLowerCase();
    return [...this.#widget.files.keys()].find((one) => one.toLowerCase() === wanted);
  }

  #sayCase(file: string, where: string, place: string, who: string): void {
    const message = `${who} ${file}, and the file is called ${this.#sameBut(file)}; capitals count`;
    sayOf(where, this.#widget.json, this.problems)('error', place, message, PAGES.structure);
  }

  checkWeight(): void {
    const heavy = [...this.#widget.files].filter(
      ([file, { length }]) => file.startsWith('images/') && length > MAX_BYTES,
    );
    const isRefused = heavy.some(([file]) => isLogo(file));
    const [first, ...others] = heavy;
    if (first === undefined) return;
    const also = others.length === 0 ? '' : ` (so have ${listed(others.map(([file]) => file))})`;
    const message = `has ${Math.ceil(first[1].length / 1024)} KB${also}; a picture may have 300 KB`;
    this.#say(isRefused ? 'error' : 'warning', first[0], message, PAGES.amoStructure);
  }

  #say(severity: Severity, file: string, message: string, source: string): void {
    this.problems.push({ severity, file, message, source });
  }
}
