import type { ConnectorDescription } from '../contract/connectors.ts';
import type { Texts } from './i18n.ts';

/** Texts of a chat service. All but the title may be missing. */
export interface ServiceTexts {
  title: string;
  summary: string | undefined;
  help: string | undefined;
  notice: string | undefined;
  field(name: string): string;
  hint(name: string): string | undefined;
  /** One of the numbered steps beside a QR code. */
  step(which: 'first' | 'second' | 'third'): string | undefined;
}

/** A service that operators configure themselves has a plain name instead of a text key. */
export function serviceTexts(texts: Texts, connector: ConnectorDescription): ServiceTexts {
  const find = (key: string) => texts.find(`connectors.${connector.id}.${key}`);
  return {
    title: texts.find(connector.title_key) ?? connector.title_key,
    summary: find('summary'),
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
    ? serviceTexts(texts, connector).title
    : (texts.find(`connectors.${id}.title`) ?? id);
}
