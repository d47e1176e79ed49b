import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ConnectorError, type Tools } from '../connector.ts';
import { callSlack, type Workspace } from './web-api.ts';

/**
 * Slack shows a file some time after it took it (it looks for viruses first), and only then is there a message. We
 * look for it this often: in milliseconds, how long to wait before each time.
 *
 * @see https://github.com/slackapi/bolt-js/issues/2115
 */
const LOOKS_MS = [0, 300, 600, 1200];

const ts = z.string().regex(/^\d{1,11}\.\d{1,6}$/);

const places = z
  .record(z.string(), z.array(z.object({ ts })).optional().catch(undefined))
  .optional()
  .catch(undefined);

const shared = z.object({
  id: z.string(),
  shares: z.object({ public: places, private: places }).optional().catch(undefined),
});

const infoAnswer = z.object({ file: shared });
const completeAnswer = z.object({ files: z.array(shared) });

/** The `ts` of the message that shows a file, if the answer to `files.completeUploadExternal` says it already. */
export function shareIn(answer: unknown, fileId: string, channel: string): string | undefined {
  const files = completeAnswer.safeParse(answer).data?.files ?? [];
  return shareOf(
    files.find(({ id }) => id === fileId),
    channel,
  );
}

/** Looks whether a file is shown by now. A failure says no more than that we do not know. */
export async function findShare(
  tools: Tools,
  workspace: Workspace,
  fileId: string,
  channel: string,
): Promise<string | undefined> {
  try {
    const { json } = await callSlack(tools, workspace, 'files.info', { file: fileId });
    return shareOf(infoAnswer.safeParse(json).data?.file, channel);
  } catch (error) {
    if (error instanceof ConnectorError) return undefined;
    throw error;
  }
}

/** Looks some times. */
export async function awaitShare(
  tools: Tools,
  workspace: Workspace,
  fileId: string,
  channel: string,
): Promise<string | undefined> {
  for (const wait of LOOKS_MS) {
    await pause(wait);
    const found = await findShare(tools, workspace, fileId, channel);
    if (found !== undefined) return found;
  }
  return undefined;
}

function shareOf(file: z.output<typeof shared> | undefined, channel: string): string | undefined {
  const { shares } = file ?? {};
  return (shares?.private?.[channel] ?? shares?.public?.[channel])?.[0]?.ts;
}
