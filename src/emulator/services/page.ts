import { escapeHtml } from '../engine/escape-html.ts';

/** A small page of an emulated chat service: readable, keyboard usable, and clearly not the real thing. */
export function servicePage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width">
<style>
body{font:16px/1.5 "PT Sans",Arial,sans-serif;margin:0;color:#363b44;background:#f5f5f5}
main{max-width:34rem;margin:2rem auto;padding:1.5rem;background:#fff;border:1px solid #d3d7d8;border-radius:6px}
h1{font-size:1.25rem;margin:0 0 1rem}
button{font:inherit;font-weight:bold;padding:.4rem .9rem;margin:0 .5rem .5rem 0;border:1px solid #326fd8;border-radius:4px;background:#326fd8;color:#fff;cursor:pointer}
button.quiet{background:#fff;color:#363b44;border-color:#7f8ba4}
label{display:block;margin:.5rem 0}
li{margin:0 0 1rem}
small{color:#6b6d72}
</style></head><body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>
`;
}
