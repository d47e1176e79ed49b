import type { ReactNode } from 'react';
import type { ConnectorDescription } from '../../contract/connectors.ts';
import { track } from '../analytics.ts';
import { serviceTexts } from '../service-texts.ts';
import { Banner } from '../ui/Banner.tsx';
import { ServiceSign } from '../ui/ServiceSign.tsx';
import { ViewBar } from '../ui/ViewBar.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { useSaved } from './useConnection.ts';
import { useOffered } from './useOffered.ts';

/** The available services. Choosing one opens its panel. */
export function ServiceList(): ReactNode {
  const texts = useTexts();
  const { t } = texts;
  const app = useApp();
  // Which of the two is called is decided when the widget is built, and never changes.
  const connectors = OFFERED_SERVICES
    ? useOffered(OFFERED_SERVICES)
    : (useSaved()?.connectors ?? []);

  function choose(connector: ConnectorDescription): void {
    track('service_chosen', { connector: connector.id });
    app.connect({ connector });
  }

  return (
    <section aria-labelledby="chat-connector-title">
      <ViewBar topic="start" onBack={() => app.show({ name: 'settings' })} />
      <h2 id="chat-connector-title" className="kcc-title" tabIndex={-1}>
        {t('services.title')}
      </h2>
      {connectors.length === 0 && (
        <Banner tone="info" title={t('services.none')}>
          {t('services.none_text')}
        </Banner>
      )}
      <ul className="kcc-list kcc-services">
        {connectors.map((connector) => {
          const { title, summary } = serviceTexts(texts, connector, connectors);
          return (
            <li key={connector.id}>
              <button type="button" className="kcc-service" onClick={() => choose(connector)}>
                <ServiceSign connector={connector.id} auth={connector.auth} />
                <span className="kcc-service__body">
                  <strong>{title}</strong>
                  {summary && <span className="kcc-muted">{summary}</span>}
                  {!connector.carries_messages && (
                    <span className="kcc-muted">{t('services.sign_in_only')}</span>
                  )}
                </span>
                <span className="kcc-service__auth">{t(`services.${connector.auth}`)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
