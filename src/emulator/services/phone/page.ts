import { readFile } from 'node:fs/promises';
import type { Exchange } from '../../kommo/exchange.ts';
import { type OwnPage, pageHeaders, sendPageFile } from '../own-page.ts';

const PAGE: OwnPage = {
  folder: new URL('page/', import.meta.url),
  names: ['phone.css', 'phone.js', 'pane.js', 'message.js', 'requests.js'],
};

/** The page, with the list of linked devices in it, so that codes can be scanned without scripts. */
export async function sendPhonePage(exchange: Exchange, sessions: string): Promise<void> {
  const html = await readFile(new URL('phone.html', PAGE.folder), 'utf8');
  exchange.sendHtml(
    200,
    html.replace('<!-- sessions -->', () => sessions),
    pageHeaders("'self'"),
  );
}

/** One of the page's own files. */
export async function sendPhoneFile(exchange: Exchange): Promise<void> {
  await sendPageFile(exchange, PAGE, exchange.param('name'));
}
