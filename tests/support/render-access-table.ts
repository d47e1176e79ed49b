import { MATRIX, PRINCIPALS, type Principal } from './access-matrix.ts';

const WHO: Record<Principal, string> = {
  nobody: 'no token',
  forger: 'forged token',
  stranger: 'admin of an account without the integration',
  manager: 'user who is no admin',
  otherAdmin: 'admin of another account',
  admin: 'admin',
};

const WHAT = {
  none: '',
  own: 'own object',
  foreign: "other account's object",
  unknown: 'unknown id',
  malformed: 'malformed id',
  shared: '`slack/events`, for all accounts',
};

/** The access matrix that the tests walk, as a page to read. */
export function renderAccessTable(): string {
  const head = ['Route', 'Object', ...PRINCIPALS.map((principal) => WHO[principal])];
  const rows = Object.entries(MATRIX).flatMap(([route, kinds]) =>
    kinds.map(({ object, expected }) => [
      `\`${route}\``,
      WHAT[object],
      ...PRINCIPALS.map((principal) => String(expected[principal])),
    ]),
  );
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `# Who may call what

Generated from the table the tests walk (\`tests/support/access-matrix.ts\`): every route the router knows, every kind of
caller, every kind of object, and the status each gets. A new route without rows fails the tests. What "own" is seen
from is the account of the last column. \`GET /connect/attempts/:id\` and its events take the attempt's own key,
\`GET /watch/events\` the watch's, webhooks the chat service's signature, Kommo's hook Kommo's signature; for these the
token plays no part. \`GET /metrics\` is there only where \`METRICS_TOKEN\` is set, and takes that.

${lines.join('\n')}
`;
}
