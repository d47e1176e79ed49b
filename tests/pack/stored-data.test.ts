import { readFileSync } from 'node:fs';
import { PROJECT } from '../../src/pack/project.ts';
import { readConfig } from '../../src/server/config.ts';
import { SEALED } from '../../src/server/platform/database/key-checks.ts';
import { testEnvironment } from '../support/config.ts';

function read(path: string): string {
  return readFileSync(`${PROJECT}/${path}`, 'utf8');
}

/** A page as one line, so that a line's end may stand anywhere. */
function pageOf(path: string): string {
  return read(path).replaceAll(/\s+/g, ' ');
}

/** The number in a constant of a source. */
function constant(path: string, pattern: RegExp): number {
  const [, digits] = pattern.exec(read(`src/server/${path}`)) ?? [];
  if (digits === undefined) throw new Error(`${path} has no ${pattern}.`);
  return Number(digits.replaceAll('_', ''));
}

const { retentionHours, mapDays, linkDays } = readConfig(testEnvironment(9_000)).messages;
const failedDays = constant('messages/retention/rows.ts', /FAILED_DAYS = (\d+);/);
const givenUpDays = constant('kommo/grants/rows.ts', /GIVEN_UP_DAYS = (\d+);/);

test('the page of what is stored has the times of the code', () => {
  const page = pageOf('docs/stored-data.md');
  const codeMinutes = constant('accounts/install/rows.ts', /CODE_LIFE_MINUTES = (\d+);/);
  const attemptMinutes = constant('channels/attempts/start-attempt.ts', /qr: (\d+) \* 60_000/);
  const answerHours = constant('access/rows.ts', /LIFE_HOURS = (\d+);/);
  const goodbyeSeconds = constant('channels/clean-up/retire-epochs.ts', /GIVE_UP_SECONDS = (\d+);/);
  for (const words of [
    `${retentionHours} hours (\`MESSAGE_RETENTION_HOURS\`)`,
    `${linkDays} days (\`MEDIA_LINK_DAYS\`)`,
    `${mapDays} days (\`MESSAGE_MAP_DAYS\`)`,
    `${failedDays} days, or until an administrator forgets it`,
    `ends by itself ${givenUpDays} days after`,
    `${codeMinutes} minutes at most; that there was one, a day longer`,
    `${attemptMinutes} minutes at most; that there was one, a day`,
    `sealed | ${answerHours} hours`,
    `an hour, or ${goodbyeSeconds} seconds after an uninstall`,
  ]) {
    expect(page).toContain(words);
  }
  expect(constant('channels/sign-outs/sign-out.ts', /GIVE_UP_SECONDS = (\d+);/)).toBe(3_600);
  expect(constant('channels/attempts/end-attempt.ts', /KEEP_MS = (\d+) \* 60 \* 60_000;/)).toBe(24);
  expect(read('src/server/accounts/install/rows.ts')).toContain("now() - interval '1 day'");
});

test('the privacy text has the same times', () => {
  const page = pageOf('docs/privacy-text.md');
  for (const words of [
    `delivered messages: ${retentionHours} hours`,
    `can be fetched: ${linkDays} days`,
    `could not be delivered: ${failedDays} days`,
    `what they say: ${mapDays} days`,
    `nothing was heard of them for ${mapDays} days`,
    `the same happens after ${givenUpDays} days`,
  ]) {
    expect(page).toContain(words);
  }
});

test('a table with a sealed column that the page does not tell of is noticed', () => {
  expect(SEALED.map(({ table }) => table).sort()).toEqual([
    'attempts',
    'channels',
    'conversations',
    'grants',
    'idempotencyKeys',
    'installCodes',
    'messages',
    'pictures',
    'sessionEndings',
  ]);
});
