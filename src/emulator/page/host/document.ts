import { readdir } from 'node:fs/promises';
import type { Boot } from './boot-data.ts';
import { PAGE_MODULES } from './vendor-modules.ts';

const BROWSER = new URL('../browser/', import.meta.url);
/** The document of every emulated account page. The scripts draw it from the data it carries. */
export async function pageDocument(boot: Boot): Promise<string> {
  const preloads = [
    ...PAGE_MODULES.map(
      ({ name }) => `<link rel="preload" as="script" href="/frontend/vendor/${name}.js">`,
    ),
    ...(await moduleNames()).map(
      (name) => `<link rel="modulepreload" href="/frontend/host/${name}">`,
    ),
  ];
  return `<!doctype html>
<html lang="${boot.language}" data-color-scheme="${boot.theme === 'dark' ? 'dark' : 'light'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kommo emulator</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" data-emulator href="/frontend/styles.css">
${preloads.join('\n')}
<script data-emulator src="/frontend/vendor/require.js"></script>
</head>
<body class="page-${String(boot.area)}">
<noscript>This page needs JavaScript.</noscript>
<script type="application/json" data-emulator id="emulator-boot">${scriptSafe(boot)}</script>
<script type="module" data-emulator src="/frontend/host/main.js"></script>
</body>
</html>
`;
}

/** JSON that cannot end the script element around it. */
function scriptSafe(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** Modules that every page runs, so that the browser asks for all of them at once. */
async function moduleNames(): Promise<string[]> {
  const names = await readdir(BROWSER, { recursive: true });
  return names
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.js') && !/^(amd|areas|chats|panel)\//.test(name))
    .sort();
}
