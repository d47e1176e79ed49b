import type { TestServer } from './start-server.ts';

/**
 * Answers Slack's consent page as a person would. @returns where Slack sends the browser back to: path and
 * query of our callback
 */
export async function decideAtSlack(
  server: TestServer,
  authorizeUrl: string,
  choice: { decision: 'allow' | 'cancel'; team?: string },
): Promise<string> {
  const asked = new URL(authorizeUrl);
  const form = new URLSearchParams(asked.searchParams);
  form.set('decision', choice.decision);
  form.set('team_choice', choice.team ?? 'T0EMULATED1');
  const answer = await server.context.send({
    method: 'POST',
    url: `${asked.origin}/oauth/v2/authorize`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const target = URL.parse(answer.headers.location ?? '');
  if (!target) throw new Error(`Slack answered ${answer.status}: ${answer.body.toString()}`);
  return `${target.pathname}${target.search}`;
}
