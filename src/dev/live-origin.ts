import { UsageError } from './usage-error.ts';

const EXAMPLE = 'npm run dev -- --live https://my-tunnel.example.com';

/**
 * The origin at which Kommo's page finds something on the developer's machine.
 *
 * @param name what the address is given by, for the message
 * @throws UsageError for what a browser would not load into Kommo's page
 */
export function readLiveOrigin(name: string, text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${name} needs an https address, not "${text}": ${EXAMPLE}`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new UsageError(
      `${name} ${url.origin}: Kommo's pages are https, and browsers load nothing over http into them but from localhost. ` +
        `Put a tunnel or a proxy with a certificate in front, and give its https address: ${EXAMPLE}`,
    );
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new UsageError(`${name} takes an address without a path: ${url.origin}`);
  }
  return url.origin;
}

function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}
