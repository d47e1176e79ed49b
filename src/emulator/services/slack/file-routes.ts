import { once } from 'node:events';
import type { Exchange, Route } from '../../kommo/exchange.ts';
import { servicePage } from '../page.ts';
import { readMultipart } from '../telegram/multipart.ts';
import { sampleBytes } from '../telegram/samples.ts';
import { type Upload, uploadSink } from '../telegram/upload.ts';
import { Arguments } from './call.ts';
import { contentOf, fillFile, findFile } from './files.ts';
import { demandScope, grantFor } from './grants.ts';
import { noteSecrets } from './judge.ts';
import { isStopped } from './ordered.ts';
import { SlackError } from './slack-error.ts';
import { slackState } from './state.ts';

/** Larger downloads go out piece by piece, and the emulator's general faults cannot cut them. */
const WHOLE_MAX = 1024 * 1024;

/** Where files go up and come down; in reality `files.slack.com`, here the same host as the Web API. */
export function slackFileRoutes(host: RegExp): Route[] {
  return [
    { method: 'POST', host, path: '/upload/v1/:ticket', handler: takeUpload, streams: '' },
    { method: 'GET', host, path: '/files-pri/:ids/download/:name', handler: sendFile },
    { method: 'GET', host, path: '/files-pri/:ids/:name', handler: sendFile },
    { method: 'GET', host, path: '/signin', handler: signInPage },
    { method: 'GET', host, path: '/avatars/:name', handler: sendAvatar },
  ];
}

/**
 * Takes the bytes of a file, raw or as a form. The address alone is the proof.
 *
 * @see https://docs.slack.dev/messaging/working-with-files#uploading_files
 */
async function takeUpload(exchange: Exchange): Promise<void> {
  try {
    await readFile(exchange);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    exchange.send(400, error.message, { 'content-type': 'text/plain' });
  }
}

async function readFile(exchange: Exchange): Promise<void> {
  const { world } = exchange;
  const { uploads, files } = slackState(world);
  const ticket = exchange.param('ticket');
  const file = Object.hasOwn(uploads, ticket) ? files[uploads[ticket] ?? ''] : undefined;
  const call = { method: 'upload', args: new Arguments({}), team: file?.team_id ?? null };
  if (await isStopped(exchange, call, 'before')) return;
  if (file === undefined || file.stage !== 'asked') {
    exchange.request.resume();
    return exchange.send(404, 'Not Found', { 'content-type': 'text/plain' });
  }
  const upload = await readUpload(exchange).catch(() => undefined);
  if (upload === undefined || upload.size !== file.size) {
    return exchange.send(400, 'Bad Request', { 'content-type': 'text/plain' });
  }
  fillFile(world, file, upload);
  delete uploads[ticket];
  if (await isStopped(exchange, call, 'after')) return;
  exchange.send(200, `OK - ${upload.size}`, { 'content-type': 'text/plain; charset=utf-8' });
}

/** @throws Error for a body that is cut or malformed */
async function readUpload(exchange: Exchange): Promise<Upload | undefined> {
  const type = exchange.header('content-type');
  const source: AsyncIterable<Buffer> = exchange.request.iterator({ destroyOnReturn: false });
  let taken: Upload | undefined;
  const done = (upload: Upload) => {
    taken ??= upload;
  };
  if (type.startsWith('multipart/form-data')) {
    await readMultipart(source, type, (head) => uploadSink(head, done));
    return taken;
  }
  const sink = uploadSink({ name: 'file', filename: undefined, type }, done);
  for await (const chunk of source) sink.write(chunk);
  sink.end();
  return taken;
}

/** Gives a file to the bearer of a token; anybody else is sent to the sign-in page, as a browser would be. */
async function sendFile(exchange: Exchange): Promise<void> {
  const { world, response } = exchange;
  const [teamId = '', fileId = ''] = exchange.param('ids').split('-');
  noteSecrets(world, 'download', [['address', exchange.url.href]]);
  const call = { method: 'download', args: new Arguments({}), team: teamId };
  try {
    if (await isStopped(exchange, call, 'before')) return;
    const token = /^Bearer (.+)$/.exec(exchange.header('authorization'))?.[1];
    const { grant, team } = grantFor(world, token);
    demandScope(grant, ['files:read']);
    if (team.id !== teamId) throw new SlackError('file_not_found');
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return exchange.redirect(`/signin?redir=${encodeURIComponent(exchange.url.pathname)}`);
  }
  const file = findFile(world, teamId, fileId);
  const pieces = file === undefined ? undefined : contentOf(world, file);
  if (file === undefined || pieces === undefined) {
    return exchange.sendHtml(404, servicePage('Slack', '<p>The file was not found.</p>'));
  }
  const headers = { 'content-type': file.mimetype, 'x-content-type-options': 'nosniff' };
  if (file.size <= WHOLE_MAX) return exchange.send(200, Buffer.concat([...pieces]), headers);
  response.writeHead(200, { ...headers, 'content-length': file.size });
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece))
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}

/** Pictures of members are open to everybody, as those on Slack's own network for them are. */
function sendAvatar(exchange: Exchange): void {
  exchange.send(200, sampleBytes('photo-90.jpg'), { 'content-type': 'image/jpeg' });
}

function signInPage(exchange: Exchange): void {
  const body = '<p>Sign in to your workspace to see this file.</p>';
  exchange.sendHtml(200, servicePage('Sign in to the emulated Slack', body));
}
