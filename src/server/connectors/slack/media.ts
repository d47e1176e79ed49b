import { z } from 'zod';
import { NotReached } from '../../platform/outbound.ts';
import { ConnectorError, type Tools } from '../connector.ts';
import { demandAnswer, failureOfCall, notUnderstood, rateLimited } from '../http.ts';
import type { OpenMedia } from '../messages.ts';
import { isGone } from './content.ts';
import { fileInfo } from './event.ts';
import { ownAddress } from './own-address.ts';
import { callSlack, type Workspace } from './web-api.ts';

/** Whatever an operator allows for a file is less; it is streamed, never held. */
const MAX_FILE_BYTES = 1024 ** 3;

/** What `content.ts` leaves with a message. */
const fileRef = z.object({ fileId: z.string().regex(/^F[A-Z0-9]{1,39}$/) });

/**
 * Opens a file that a client sent. Events of shared workspaces tell no more than its id, so Slack is asked where it
 * lies.
 *
 * @see https://docs.slack.dev/reference/methods/files.info
 * @throws ConnectorError `rejected` when the file is gone, `reauthorize` when the grant does not open it
 */
export async function openFile(
  tools: Tools,
  workspace: Workspace,
  ref: unknown,
): Promise<OpenMedia> {
  const known = fileRef.safeParse(ref).data;
  if (known === undefined) throw new ConnectorError('rejected');
  const { json } = await callSlack(tools, workspace, 'files.info', { file: known.fileId });
  const { data } = fileInfo.safeParse(json);
  if (data === undefined) throw notUnderstood('slack files.info: unexpected shape');
  const { file } = data;
  const url = ownAddress(workspace.url, file.url_private_download ?? file.url_private);
  if (isGone(file) || url === undefined) throw new ConnectorError('rejected');
  const headers = { authorization: workspace.authorization };
  const answer = await tools
    .stream({ url, headers, maxBytes: MAX_FILE_BYTES })
    .catch((error: unknown) => {
      throw error instanceof NotReached ? failureOfCall(error) : error;
    });
  const { status, headers: told, body } = answer;
  const type = told['content-type'];
  // To a token without the right Slack shows the page of its sign-in, as a success.
  const isPage = isHtml(type) && !isHtml(file.mimetype);
  if (status !== 200 || isPage) {
    body.destroy();
    failFile(status, told['retry-after']);
  }
  const bytes = /^\d{1,15}$/.test(told['content-length'] ?? '')
    ? Number(told['content-length'])
    : undefined;
  return { body, ...(bytes !== undefined && { bytes }), ...(type !== undefined && { type }) };
}

function isHtml(type: string | undefined): boolean {
  return type?.toLowerCase().startsWith('text/html') === true;
}

/** @throws ConnectorError */
function failFile(status: number, retryAfter: string | undefined): never {
  if (status === 429) throw rateLimited(retryAfter);
  if (status === 200 || status === 401 || status === 403) throw new ConnectorError('reauthorize');
  demandAnswer(status);
  if (status < 300) throw notUnderstood(`slack file: status ${status}`);
  throw new ConnectorError('rejected');
}
