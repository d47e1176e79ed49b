import type { ReceivedContent } from './messages.ts';

/**
 * What Kommo's feed of a group shows: "Ana: Hola", and "Ana" below what has no words. Kommo knows one client per
 * conversation, so a group is that client, and each of its texts begins with the name of who wrote it.
 */
export function spokenBy(speaker: string, content: ReceivedContent): ReceivedContent {
  if (content.kind === 'placeholder') return { ...content, detail: said(speaker, content.detail) };
  if (content.kind === 'text') return { ...content, text: said(speaker, content.text) };
  return { ...content, text: said(speaker, content.text) };
}

function said(speaker: string, words: string | undefined): string {
  return words === undefined ? speaker : `${speaker}: ${words}`;
}
