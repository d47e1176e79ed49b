import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** A small page that a popup ends on. Complete without scripts; everything in it is escaped. */
export interface Page {
  status: number;
  /** BCP 47 tag of the texts. */
  language: string;
  title: string;
  text: string;
  /**
   * Tells the window that opened this one, if there still is one, that something happened. Only a hint:
   * the widget asks the backend what. `origin` is exact, never `*`.
   */
  hint?: { origin: string; message: Record<string, string | number> };
}

/** How long the opener has to acknowledge the hint before the popup closes by itself. */
const CLOSE_AFTER_MS = 1_500;

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;color:#1d2733;background:#f5f6f7}' +
  'main{max-width:26rem;margin:1rem;padding:2rem;border-radius:8px;background:#fff}h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:0}' +
  '@media (prefers-color-scheme:dark){body{color:#e8eaed;background:#15191e}main{background:#222831}}';

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

function render({ language, title, text, hint }: Page, nonce: string): string {
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
</main>
<script nonce="${nonce}">${script(hint)}</script>
</body>
</html>
`;
}

/** The query holds a code and a state, which must not stay in the history. */
function script(hint: Page['hint']): string {
  const lines = ["history.replaceState(null,'',location.pathname);"];
  if (hint !== undefined) {
    lines.push(
      `const origin=${toScript(hint.origin)};`,
      'if(window.opener){',
      "addEventListener('message',(event)=>{if(event.origin===origin&&event.source===window.opener&&event.data?.type==='chat-connector:ack')window.close();});",
      `window.opener.postMessage(${toScript(hint.message)},origin);`,
      `setTimeout(()=>window.close(),${CLOSE_AFTER_MS});`,
      '}',
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

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
