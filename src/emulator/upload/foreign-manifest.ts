import type { Json } from './widget-package.ts';

/** A file of that name, but of something else. */
const KINDS: readonly { is: (manifest: Json) => boolean; name: string }[] = [
  {
    is: has('manifest_version'),
    name: 'the manifest of a browser extension, not of a widget of Kommo',
  },
  {
    is: has('manifestVersion'),
    name: 'the manifest of an app of Microsoft, not of a widget of Kommo',
  },
  {
    is: has('minAppVersion'),
    name: 'the manifest of an Obsidian plugin, not of a widget of Kommo',
  },
  {
    is: (manifest) =>
      ['start_url', 'display', 'theme_color', 'background_color', 'short_name'].some(
        (key) => key in manifest,
      ),
    name: 'the manifest of a web app, not of a widget of Kommo',
  },
  {
    is: (manifest) =>
      typeof manifest.name === 'string' &&
      ['dependencies', 'devDependencies', 'scripts', 'main', 'private'].some(
        (key) => key in manifest,
      ),
    name: 'a package.json, not the manifest of a widget of Kommo',
  },
  {
    is: (manifest) =>
      Object.values(manifest).some(
        (entry) => typeof entry === 'string' || has('isEntry')(entry) || has('file')(entry),
      ) && Object.keys(manifest).every((key) => /\.\w+$/.test(key)),
    name: "a bundler's list of the files it wrote, not the manifest of a widget of Kommo",
  },
];

/** Keys of which every widget has at least one. */
const OWN_KEYS = ['widget', 'locations', 'settings', 'tour', 'dp', 'advanced'];

function has(key: string) {
  return (value: unknown) => typeof value === 'object' && value !== null && key in value;
}

/** What this manifest is if it is not a widget's. */
export function foreignKind(manifest: Json): string | undefined {
  if (OWN_KEYS.some((key) => key in manifest)) return undefined;
  return KINDS.find(({ is }) => is(manifest))?.name ?? 'not the manifest of a widget of Kommo';
}
