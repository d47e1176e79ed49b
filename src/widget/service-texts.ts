import type { ConnectorDescription } from '../contract/connectors.ts';
import type { Texts } from './i18n.ts';

/** Texts of a chat service. All but the title may be missing. */
export interface ServiceTexts {
  title: string;
  summary: string | undefined;
  /** What happens to a key before anything is stored. */
  check: string | undefined;
  /** A key that does not look complete, and one that was refused. */
  unusual: string | undefined;
  rejected: string | undefined;
  help: string | undefined;
  notice: string | undefined;
  field(name: string): string;
  hint(name: string): string | undefined;
  /** One of the numbered steps beside a QR code. */
  step(which: 'first' | 'second' | 'third'): string | undefined;
}

/**
 * The texts of a service among those that are offered, by the backend and by the brand: two servers of one service are told apart by theirs. A
 * service that operators configure themselves has a plain name instead of a text key.
 */
export function serviceTexts(
  texts: Texts,
  connector: ConnectorDescription,
  offered: readonly ConnectorDescription[],
): ServiceTexts {
  const find = (key: string) => texts.find(`connectors.${connector.id}.${key}`);
  const titleOf = ({ title_key: key }: ConnectorDescription) => texts.find(key) ?? key;
  const title = titleOf(connector);
  const isOneOfTwo = (
    OFFERED_SERVICES ? offered.filter(({ id }) => OFFERED_SERVICES?.includes(id)) : offered
  ).some((other) => other.id !== connector.id && titleOf(other) === title);
  const findServer = (key: string) => (isOneOfTwo ? find(`${key}_server`) : undefined);
  return {
    title: findServer('title') ?? title,
    summary: findServer('summary') ?? find('summary'),
    check: find('check'),
    unusual: find('unusual'),
    rejected: find('rejected'),
    help: find('help'),
    notice: find('notice'),
    field: (name) => find(`fields.${name}`) ?? name,
    hint: (name) => find(`hints.${name}`),
    step: (which) => find(`steps.${which}`),
  };
}

/** The title for an id. A service that is no longer offered is shown by its id. */
export function serviceTitle(texts: Texts, connectors: ConnectorDescription[], id: string): string {
  const connector = connectors.find((offered) => offered.id === id);
  return connector
    ? serviceTexts(texts, connector, connectors).title
    : (texts.find(`connectors.${id}.title`) ?? id);
}
