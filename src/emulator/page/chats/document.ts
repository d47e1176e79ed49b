import { escapeHtml } from '../../engine/escape-html.ts';
import type { Account, User } from '../../kommo/entities.ts';
import type { World } from '../../kommo/world.ts';
import type { ChatsBoot } from './views.ts';

/** The server reads a body whole; more than this it refuses. */
const FILE_MAX_BYTES = 30 * 1024 * 1024;

/** Nothing but the page's own files runs or is loaded, whatever a client writes. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const DOCUMENT_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
};

const FILES = '/frontend/host/chats';

/** The document of the Chats page; its scripts draw everything. */
export function chatsDocument(boot: ChatsBoot): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Chats - ${escapeHtml(boot.account.name)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${FILES}/css/page.css">
<link rel="stylesheet" href="${FILES}/css/feed.css">
<link rel="stylesheet" href="${FILES}/css/composer.css">
</head>
<body>
<noscript>This page needs JavaScript.</noscript>
<script type="application/json" id="chats-boot">${JSON.stringify(boot).replaceAll('<', '\\u003c')}</script>
<script type="module" src="${FILES}/main.js"></script>
</body>
</html>
`;
}

export function chatsBoot(
  world: World,
  { account, user }: { account: Account; user: User },
  chat: string | undefined,
): ChatsBoot {
  const senders = account.users
    .filter(({ rights, amojo_id: amojoId }) => rights.is_active && amojoId !== null)
    .map(({ id, name }) => ({ id: String(id), name }));
  return {
    account: { name: account.name, subdomain: account.subdomain },
    user: { id: user.id, name: user.name },
    senders: [
      ...senders,
      ...(world.state.channels.length > 0 ? [{ id: 'bot', name: 'Salesbot' }] : []),
    ],
    chat: chat ?? null,
    maxFileBytes: FILE_MAX_BYTES,
  };
}
