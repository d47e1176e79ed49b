import type { ReactNode } from 'react';

/** Grey rows in place of a loading list. The styles show them only after 0.4 s. */
export function Skeleton({ label }: { label: string }): ReactNode {
  return (
    <div className="kcc-skeleton" role="status" aria-busy="true">
      <span className="kcc-hidden">{label}</span>
      <div className="kcc-skeleton__row" />
      <div className="kcc-skeleton__row" />
      <div className="kcc-skeleton__row" />
    </div>
  );
}
