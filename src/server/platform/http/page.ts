import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { type Colour, hoverOf, SEEN_RATIO, textOn, withContrast } from '../../../brand/colours.ts';
import { escapeHtml } from './escape-html.ts';

/** A small page that a popup ends on. Complete without scripts; everything in it is escaped. */
export interface Page {
  status: number;
  /** BCP 47 tag of the texts. */
  language: string;
  title: string;
  text: string;
  /** What its button says. */
  close: string;
  /** Of the brand: the colour of the button. */
  accent: Colour;
  /**
   * Tells the window that opened this one, if there still is one, that something happened. Only a hint:
   * the widget asks the backend what. `origin` is exact, never `*`.
   */
  hint?: { origin: string; message: Record<string, string | number> };
}

/** How long the opener has to acknowledge the hint before the popup closes by itself. */
const CLOSE_AFTER_MS = 1_500;

/** Browsers refuse to close some windows, and say so to nobody. */
const CLOSED_WITHIN_MS = 300;

const STYLE =
  ':root{color-scheme:light dark}' +
  'body{font:16px/1.5 "PT Sans",system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;color:#363b44;background:#f5f5f5}' +
  'main{box-sizing:border-box;width:min(26rem,100% - 2rem);padding:2rem;border:1px solid #e2e4e8;border-radius:8px;background:#fff;overflow-wrap:anywhere}' +
  'h1{font-size:1.25rem;line-height:1.3;margin:0 0 .5rem}p{margin:0}' +
  'button{font:inherit;margin-top:1.5rem;padding:.5rem 1rem;border:0;border-radius:4px;cursor:pointer}' +
  '@media (prefers-color-scheme:dark){body{color:#e8eaed;background:#0f2231}main{border-color:#2b4a60;background:#153043}}';

/** What the button stands on. */
const GROUND = { light: '#ffffff', dark: '#153043' };

/** The button in the accent, with a text on it that can be read and a ring around it that is seen. */
function buttonStyle(accent: Colour): string {
  const ring = (ground: Colour) => withContrast(accent, [ground], SEEN_RATIO);
  return (
    `button{color:${textOn(accent)};background:${accent}}button:hover{background:${hoverOf(accent)}}` +
    `button:focus-visible{outline:2px solid ${ring(GROUND.light)};outline-offset:2px}` +
    `@media (prefers-color-scheme:dark){button:focus-visible{outline-color:${ring(GROUND.dark)}}}`
  );
}

/** Sends the page with headers that allow its own style and script, and nothing from elsewhere. */
export function sendPage(reply: FastifyReply, page: Page) {
  const nonce = randomBytes(16).toString('base64');
  return reply
    .code(page.status)
    .headers({
      'content-security-policy': [
        "default-src 'none'",
        `script-src 'nonce-${nonce}'`,
        `style-src 'nonce-${nonce}'`,
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join(';'),
      'content-language': page.language,
      'content-type': 'text/html; charset=utf-8',
    })
    .send(render(page, nonce));
}

function render({ language, title, text, close, accent, hint }: Page, nonce: string): string {
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${STYLE}${buttonStyle(accent)}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
<button type="button" hidden>${escapeHtml(close)}</button>
</main>
<script nonce="${nonce}">${script(hint)}</script>
</body>
</html>
`;
}

/**
 * The query holds a code and a state, which must not stay in the history. The button takes itself away in a window that
 * no script may close: the text says what to do there.
 */
function script(hint: Page['hint']): string {
  const lines = [
    "history.replaceState(null,'',location.pathname);",
    "const button=document.querySelector('button');",
    'button.hidden=false;',
    `button.addEventListener('click',()=>{window.close();setTimeout(()=>{button.hidden=true;},${CLOSED_WITHIN_MS});});`,
  ];
  if (hint !== undefined) {
    lines.push(
      `const origin=${toScript(hint.origin)};`,
      'if(window.opener){',
      "addEventListener('message',(event)=>{if(event.origin===origin&&event.source===window.opener&&event.data?.type==='chat-connector:ack')window.close();});",
      `window.opener.postMessage(${toScript(hint.message)},origin);`,
      '}',
      // Also where the service cut this window off from the one that opened it.
      `setTimeout(()=>window.close(),${CLOSE_AFTER_MS});`,
    );
  }
  return lines.join('\n');
}

/** JSON that cannot end the script element it stands in. */
function toScript(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
