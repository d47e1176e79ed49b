// @ts-check
/** @typedef {import('../../chats/views.ts').ChatsBoot} ChatsBoot */

/** What the document says about the page. @type {ChatsBoot} */
export const boot = JSON.parse(document.getElementById('chats-boot')?.textContent ?? '{}');
