import { readLiveOrigin } from '../../src/dev/live-origin.ts';
import { UsageError } from '../../src/dev/usage-error.ts';

test.each([
  ['https://my-tunnel.example.com', 'https://my-tunnel.example.com'],
  ['https://my-tunnel.example.com/', 'https://my-tunnel.example.com'],
  ['https://my-tunnel.example.com:8443', 'https://my-tunnel.example.com:8443'],
  ['http://localhost:9100', 'http://localhost:9100'],
  ['http://dev.localhost:9100', 'http://dev.localhost:9100'],
  ['http://127.0.0.1:9100', 'http://127.0.0.1:9100'],
  ['http://[::1]:9100', 'http://[::1]:9100'],
])('%s is taken as %s', (text, origin) => {
  expect(readLiveOrigin('--live', text)).toBe(origin);
});

test.each([
  ['http://my-tunnel.example.com', /--live http:\/\/my-tunnel.*https.*localhost.*certificate/],
  ['http://192.168.0.7:9100', /Kommo's pages are https/],
  ['http://localhost.example.com', /Kommo's pages are https/],
  [
    'my-tunnel.example.com',
    /--live needs an https address, not "my-tunnel\.example\.com": npm run/,
  ],
  ['', /needs an https address/],
  ['ftp://my-tunnel.example.com', /needs an https address/],
  ['https://my-tunnel.example.com/widget', /without a path: https:\/\/my-tunnel\.example\.com$/],
  ['https://me:secret@my-tunnel.example.com', /without a path/],
])('%s is refused with what to do', (text, message) => {
  expect(() => readLiveOrigin('--live', text)).toThrow(message);
  expect(() => readLiveOrigin('--live', text)).toThrow(UsageError);
});
