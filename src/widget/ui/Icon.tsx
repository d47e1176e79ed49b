import type { ReactNode } from 'react';

const PATHS = {
  check: 'M4 10.5 8 14.5 16 6',
  warning: 'M10 3 18 17H2Z M10 8v4 M10 14.4v.2',
  error: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z M7 7l6 6 M13 7l-6 6',
  info: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z M10 9v5 M10 6.4v.2',
  wait: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z M10 6v4.5l3 2',
  phone: 'M6 2.5h8v15H6Z M9.2 15h1.6 M2.5 4l15 12',
  pause: 'M7 4.5v11 M13 4.5v11',
  chat: 'M3 4.5h14v9H9.5L6 17v-3.5H3Z',
  key: 'M12.5 3.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z M9.7 10.3 3 17 M5.5 14.5l2 2',
  qr: 'M3 3h5v5H3Z M12 3h5v5h-5Z M3 12h5v5H3Z M12 12h2v2 M17 12v5h-3',
  window: 'M3 4h14v12H3Z M3 7.5h14',
  down: 'M5 8l5 5 5-5',
  back: 'M16.5 10h-13 M8.5 4.5 3 10l5.5 5.5',
  external: 'M8 4.5H4.5v11h11V12 M11.5 3.5h5v5 M16.5 3.5l-7 7',
} as const;

export type IconName = keyof typeof PATHS;

/** A small line drawing. Always decoration next to text. */
export function Icon({ name }: { name: IconName }): ReactNode {
  return (
    <svg className="kcc-icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
