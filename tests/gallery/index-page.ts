import type { GalleryState } from './state.ts';

export interface Picture {
  state: string;
  language: string;
  theme: 'light' | 'dark';
  width: number;
}

export function pictureFile({ state, language, theme, width }: Picture): string {
  return `${state}.${language}.${theme}.${width}.png`;
}

/** A page that shows the pictures side by side, by group, theme, language and width. */
export function indexPage(states: readonly GalleryState[], pictures: readonly Picture[]): string {
  const sections = states
    .map((state) => ({ state, own: pictures.filter((picture) => picture.state === state.name) }))
    .filter(({ own }) => own.length > 0)
    .map(
      ({ state, own }) =>
        `<section data-group="${state.group}" data-name="${state.name}"><h2>${escaped(state.title)} <code>${state.name}</code></h2><div>${own.map(figure).join('')}</div></section>`,
    );
  const values = (name: 'language' | 'theme' | 'width') =>
    [...new Set(pictures.map((picture) => String(picture[name])))].sort();
  const groups = [...new Set(states.map(({ group }) => group))];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Gallery</title>
<style>${STYLE}</style>
<form>
<input type="search" name="name" placeholder="Name" aria-label="Name">
${choice('group', groups)}${choice('language', values('language'))}${choice('theme', values('theme'))}${choice('width', values('width'))}
<output></output>
</form>
${sections.join('\n')}
<script>${SCRIPT}</script>
</html>
`;
}

function figure(picture: Picture): string {
  const { language, theme, width } = picture;
  const file = pictureFile(picture);
  return `<figure data-language="${language}" data-theme="${theme}" data-width="${width}"><a href="${file}"><img loading="lazy" src="${file}" alt="${language}, ${theme}, ${width}"></a><figcaption>${language} ${theme} ${width}</figcaption></figure>`;
}

function choice(name: string, values: readonly string[]): string {
  const options = values.map((value) => `<option>${value}</option>`).join('');
  return `<label>${name} <select name="${name}"><option value="">all</option>${options}</select></label>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

const STYLE = `
body { background: #e9ebee; color: #1d2a3a; font: 14px/1.4 "Open Sans", sans-serif; margin: 0 16px 48px; }
form { background: #e9ebee; display: flex; flex-wrap: wrap; gap: 12px; padding: 12px 0; position: sticky; top: 0; }
h2 { font-size: 16px; margin: 24px 0 8px; }
h2 code { color: #5a6675; font-weight: normal; margin-left: 8px; }
section div { align-items: flex-start; display: flex; flex-wrap: wrap; gap: 12px; }
figure { margin: 0; }
img { border: 1px solid #c3c9d1; display: block; max-width: 688px; }
figcaption { color: #5a6675; font-size: 12px; }
[hidden] { display: none; }`;

const SCRIPT = `
const form = document.querySelector('form');
function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  let count = 0;
  for (const section of document.querySelectorAll('section')) {
    const { group, name } = section.dataset;
    section.hidden = (wanted.group && wanted.group !== group) || !name.includes(wanted.name);
    for (const figure of section.querySelectorAll('figure')) {
      figure.hidden = ['language', 'theme', 'width'].some((key) => wanted[key] && wanted[key] !== figure.dataset[key]);
      if (!section.hidden && !figure.hidden) count += 1;
    }
  }
  document.querySelector('output').value = count + ' pictures';
  history.replaceState(null, '', '#' + new URLSearchParams(wanted));
}
for (const [key, value] of new URLSearchParams(location.hash.slice(1))) if (form.elements[key]) form.elements[key].value = value;
form.addEventListener('input', filter);
filter();`;
