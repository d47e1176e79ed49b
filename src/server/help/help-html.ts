import { createHash } from 'node:crypto';
import { type Colour, READ_RATIO, withContrast } from '../../brand/colours.ts';

/** What is around the text of a page. */
interface Frame {
  language: string;
  /** All there are, for the switch. */
  languages: readonly string[];
  title: string;
  /** The title of the page that lists the others. */
  home: string;
  isIndex: boolean;
  /** Made by `helpStyle`. */
  style: string;
  /** HTML of our own texts. */
  body: string;
}

/** What the text stands on: the page, and the heading a link has led to. */
const GROUNDS = {
  light: { ground: '#ffffff', mark: '#fff5d6' },
  dark: { ground: '#15191e', mark: '#3a3420' },
};

const STYLE =
  '*{box-sizing:border-box}' +
  'body{margin:0;color:var(--text);background:var(--ground);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}' +
  'header,main,footer{max-width:44rem;margin:0 auto;padding:0 1.25rem}' +
  'header{padding-top:1.25rem}footer{margin-top:3rem;padding-bottom:2rem}' +
  'a{color:var(--link);text-underline-offset:.15em}a:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}' +
  'h1{font-size:1.75rem;line-height:1.25;margin:1rem 0}' +
  'h2{font-size:1.25rem;line-height:1.35;margin:2.5rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line)}' +
  'h3{font-size:1.0625rem;line-height:1.4;margin:1.5rem 0 .25rem}' +
  'h2,h3{scroll-margin-top:1rem}h2:target,h3:target,h2:has(:target),h3:has(:target){background:var(--mark);box-shadow:0 0 0 .4rem var(--mark);border-color:transparent}' +
  'p,ul,ol{margin:.5rem 0}ul,ol{padding-left:1.5rem}li{margin:.25rem 0}' +
  'blockquote{margin:1rem 0;padding:.25rem 1rem;border-left:4px solid var(--line)}' +
  'code{font:.9em ui-monospace,Consolas,monospace;overflow-wrap:anywhere}main{overflow-wrap:break-word}' +
  'nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:1rem 0 0;margin:0;border-top:1px solid var(--line)}' +
  'nav a{display:inline-block;padding:.125rem 0}nav [aria-current]{color:var(--muted);text-decoration:none}' +
  '@media print{header,footer{display:none}body{font-size:11pt}h2,h3{break-after:avoid}}';

/** The style of all pages, with links in the accent of the brand, as far as they can be read in it. */
export function helpStyle(accent: Colour): string {
  const { light, dark } = GROUNDS;
  const link = ({ ground, mark }: typeof light) => withContrast(accent, [ground, mark], READ_RATIO);
  return (
    `:root{color-scheme:light dark;--text:#2b3139;--muted:#5c6670;--link:${link(light)};--ground:${light.ground};--line:#dfe3e8;--mark:${light.mark}}` +
    `@media (prefers-color-scheme:dark){:root{--text:#e4e7eb;--muted:#a3adb8;--link:${link(dark)};--ground:${dark.ground};--line:#343c46;--mark:${dark.mark}}}${STYLE}`
  );
}

/** Allows the style of these pages, and nothing else: no script, no picture, no frame around them. */
export function helpPolicy(style: string): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join(';');
}

/** One page, complete. Everything in it comes from our own files. */
export function helpHtml(frame: Frame): string {
  const { language, languages, title, home, isIndex, style, body } = frame;
  const back = isIndex ? '' : `<header><a href="../help?lang=${language}">‹ ${home}</a></header>\n`;
  const choices = languages.map((tag) => choice(tag, tag === language)).join('\n');
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${isIndex ? title : `${title} · ${home}`}</title>
<style>${style}</style>
</head>
<body>
${back}<main>
${body}</main>
<footer>
<nav>
<ul>
${choices}
</ul>
</nav>
</footer>
</body>
</html>
`;
}

/** The same page in another language, under the name its speakers give it. */
function choice(tag: string, isCurrent: boolean): string {
  const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
  const label = name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
  const current = isCurrent ? ' aria-current="true"' : '';
  return `<li><a href="?lang=${tag}" hreflang="${tag}" lang="${tag}"${current}>${label}</a></li>`;
}
