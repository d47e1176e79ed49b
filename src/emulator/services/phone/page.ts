import { readFile } from 'node:fs/promises';
import type { Exchange } from '../../kommo/exchange.ts';
import { pageHeaders, sendPageFile } from '../page-files.ts';

const FOLDER = new URL('page/', import.meta.url);

/** The page, with the list of linked devices in it, so that codes can be scanned without scripts. */
export async function sendPhonePage(exchange: Exchange, sessions: string): Promise<void> {
  const html = await readFile(new URL('phone.html', FOLDER), 'utf8');
  exchange.sendHtml(
    200,
    html.replace('<!-- sessions -->', () => sessions),
    pageHeaders("'self'"),
  );
}

/** One of the page's scripts and styles. */
export async function sendPhoneFile(exchange: Exchange): Promise<void> {
  const name = exchange.param('name');
  if (name.endsWith('.html')) return exchange.send(404, 'There is no such file.\n');
  await sendPageFile(exchange, FOLDER, name);
}
