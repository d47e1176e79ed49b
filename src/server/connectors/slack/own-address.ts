/**
 * Reads an address that Slack named for a file. Only Slack's own hosts get what we send there, be it a token or a
 * client's file: the configured one and its `files.` neighbour.
 *
 * @param serviceUrl `https://slack.com`, or a double
 * @see https://docs.slack.dev/messaging/working-with-files
 */
export function ownAddress(serviceUrl: string, address: string | undefined): string | undefined {
  const base = new URL(serviceUrl);
  const url = URL.parse(address ?? '');
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  const isSame = url.protocol === base.protocol && url.port === base.port;
  const isOwn = url.hostname === base.hostname || url.hostname === `files.${base.hostname}`;
  return isSame && isOwn ? url.href : undefined;
}
