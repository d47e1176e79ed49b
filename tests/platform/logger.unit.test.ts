import { Writable } from 'node:stream';
import { ConnectorError } from '../../src/server/connectors/connector.ts';
import { createLogger } from '../../src/server/platform/logger.ts';
import { NotReached } from '../../src/server/platform/outbound.ts';

/** @returns the line as it stands in the log, parsed */
function lineOf(err: unknown) {
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  createLogger('info', sink).warn({ err }, 'a sign-in failed');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
}

test('a cause in our own words is in the log', () => {
  const error = new ConnectorError('unavailable', { cause: 'telegram getMe: status 400' });
  expect(lineOf(error)).toMatchObject({
    msg: 'a sign-in failed',
    err: { message: 'connector: unavailable', cause: 'telegram getMe: status 400' },
  });
});

test('the system’s code of an address that was not reached is in the log, wherever in the chain', () => {
  const reached = new NotReached('connection', Object.assign(new Error(), { code: 'ENOTFOUND' }));
  expect(lineOf(new Error('outer', { cause: reached })).err.cause).toMatchObject({
    reason: 'connection',
    cause: 'ENOTFOUND',
  });
});

test('a long cause is cut', () => {
  expect(lineOf(new Error('x', { cause: 'y'.repeat(5_000) })).err.cause).toBe('y'.repeat(200));
});

test.each([
  ['object', { token: 'canary-secret' }],
  ['number', 4_711],
  ['object', null],
  ['object', ['canary-secret']],
])('of a cause that is an %s only its type is told', (type, cause) => {
  expect(lineOf(new Error('x', { cause })).err.cause).toBe(type);
});
