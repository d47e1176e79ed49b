import { COMMANDS } from '../../src/server/admin/commands.ts';
import { runAdmin } from '../../src/server/admin/run-admin.ts';
import { DataDirInUse } from '../../src/server/platform/database/data-dir-lock.ts';
import { WrongSecretKeys } from '../../src/server/platform/database/key-checks.ts';
import { OtherDatabase } from '../../src/server/platform/database/open-as-is.ts';

/** For orders that must be judged before anything is opened. */
const never = () => Promise.reject(new Error('The database was opened.'));

test.each([
  [],
  ['acounts'],
  ['keys'],
  ['accounts', 'show'],
  ['accounts', 'show', '1', '2'],
  ['accounts', 'extra'],
  ['accounts', '--colour', 'red'],
  ['accounts', '--state'],
  ['accounts', '--yes'],
  ['accounts', 'forget', '--yes'],
  ['codes', '--json=1'],
])('a wrong order ends with 2, says why, and opens nothing: %j', async (...args) => {
  const { exitCode, stdout, stderr } = await runAdmin(args, never);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr.length).toBeGreaterThan(10);
});

test('a group without a command names its commands', async () => {
  const { stderr } = await runAdmin(['keys'], never);
  expect(stderr).toContain('keys check, keys progress, keys rotate');
});

test('--help names every command, and opens nothing', async () => {
  const { exitCode, stdout } = await runAdmin(['--help'], never);
  expect(exitCode).toBe(0);
  for (const { words, about } of COMMANDS) {
    expect(stdout).toContain(words);
    expect(stdout).toContain(about);
  }
});

test.each(COMMANDS.map(({ words }) => [words]))('%s --help shows its options', async (words) => {
  const command = COMMANDS.find((one) => one.words === words);
  const { exitCode, stdout } = await runAdmin([...words.split(' '), '--help'], never);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`npm run admin -- ${words}`);
  for (const { name } of command?.options ?? []) expect(stdout).toContain(`--${name}`);
  expect(stdout).toContain('--json');
});

test('keys --help shows the commands of the group', async () => {
  const { stdout } = await runAdmin(['keys', '--help'], never);
  expect(stdout.match(/npm run admin -- keys/g)).toHaveLength(3);
});

test.each([
  [
    new DataDirInUse('/data/database', 'process 7 on host'),
    1,
    /process 7 on host.*Stop the backend/,
  ],
  [new OtherDatabase('Another version.'), 1, /Another version/],
  [new WrongSecretKeys(['the key a is missing']), 78, /the key a is missing/],
  [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 1, /cannot be used/],
  [Object.assign(new Error('password authentication failed'), { code: '28P01' }), 1, /password/],
])(
  'what keeps the database from being used is said without a stack: %s',
  async (error, code, said) => {
    const { exitCode, stderr } = await runAdmin(['accounts'], () => Promise.reject(error));
    expect(exitCode).toBe(code);
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/\bat .*\.ts:\d+/);
  },
);

test('a fault of ours is not hidden', async () => {
  await expect(
    runAdmin(['accounts'], () => Promise.reject(new RangeError('ours'))),
  ).rejects.toThrow('ours');
});
