import type { ReactNode } from 'react';
import { serviceTitle } from '../service-texts.ts';
import { isBroken } from '../settings/channel-order.ts';
import { type DraftChannel, findProblems } from '../settings/draft.ts';
import { type Filter, isFiltered, type StatusFilter } from '../settings/list-filter.ts';
import { useSettings } from '../settings/useSettings.ts';
import { useTexts } from '../use-app.tsx';

const STATUSES: StatusFilter[] = ['all', 'attention', 'unsaved', 'connected', 'paused'];

/** Fields that narrow the list: a text, a status, and a service if there are several. */
export function ListFilter({
  filter,
  found,
  onChange,
}: {
  filter: Filter;
  found: number;
  onChange: (filter: Filter) => void;
}): ReactNode {
  const texts = useTexts();
  const { t } = texts;
  const { state, saved, draft } = useSettings();
  const services = [...new Set(saved.channels.map(({ connector }) => connector))];

  function withStatus(status: StatusFilter): void {
    const faulty = new Set(findProblems(saved, state.edits).map(({ channelId }) => channelId));
    const { names, pipelines, options } = state.edits;
    const passes = ({ channel }: DraftChannel): boolean => {
      const { id } = channel;
      if (status === 'attention')
        return isBroken(channel.status) || channel.messages.undelivered > 0 || faulty.has(id);
      if (status === 'unsaved')
        return !channel.is_saved || id in names || id in pipelines || id in options;
      return channel.status === status;
    };
    const ids = draft.channels.filter(passes).map(({ channel }) => channel.id);
    onChange({ ...filter, status, withStatus: status === 'all' ? undefined : new Set(ids) });
  }

  return (
    <div className="kcc-filter">
      <input
        type="search"
        className="kcc-input"
        aria-label={t('channels.filter')}
        placeholder={t('channels.filter')}
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
      />
      <select
        className="kcc-input kcc-select"
        aria-label={t('filter.status')}
        value={filter.status}
        onChange={(event) => {
          const chosen = STATUSES.find((status) => status === event.target.value);
          if (chosen) withStatus(chosen);
        }}
      >
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {t(`filter.${status}`)}
          </option>
        ))}
      </select>
      {services.length > 1 && (
        <select
          className="kcc-input kcc-select"
          aria-label={t('filter.service')}
          value={filter.service}
          onChange={(event) => onChange({ ...filter, service: event.target.value })}
        >
          <option value="">{t('filter.all_services')}</option>
          {services.map((id) => (
            <option key={id} value={id}>
              {serviceTitle(texts, saved.connectors, id)}
            </option>
          ))}
        </select>
      )}
      <p className="kcc-hidden" role="status">
        {isFiltered(filter) && t('channels.found', { count: found })}
      </p>
    </div>
  );
}
