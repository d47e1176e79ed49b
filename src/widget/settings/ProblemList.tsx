import type { ReactNode } from 'react';
import { Banner } from '../ui/Banner.tsx';
import { focusRow } from '../ui/focus.ts';
import { useTexts } from '../use-app.tsx';
import { findProblems } from './draft.ts';
import { fieldProblemText, problemText } from './problems.ts';
import { useSettings } from './useSettings.ts';

/** What prevented the last save; each entry leads to its row. */
export function ProblemList(): ReactNode {
  const texts = useTexts();
  const { state, saved, draft } = useSettings();
  const own = state.showsProblems ? findProblems(saved, state.edits) : [];
  const items = [
    ...own.map((problem) => ({ problem, text: problemText(texts, problem) })),
    ...state.fieldProblems.map((problem) => ({
      problem,
      text: fieldProblemText(texts, problem, saved.pipelines),
    })),
  ];
  if (items.length === 0) return null;

  return (
    <Banner tone="danger" title={texts.t('problems.title', { count: items.length })} takesFocus>
      <ul className="kcc-problems">
        {items.map(({ problem: { channelId, field }, text }) => {
          const row = draft.channels.find(({ channel }) => channel.id === channelId);
          return (
            <li key={`${channelId} ${field} ${text}`}>
              {row ? (
                <button type="button" className="kcc-link" onClick={() => focusRow(row.channel.id)}>
                  {texts.t('problems.item', {
                    name: row.name.trim() || row.channel.account.name,
                    problem: text,
                  })}
                </button>
              ) : (
                text
              )}
            </li>
          );
        })}
      </ul>
    </Banner>
  );
}
