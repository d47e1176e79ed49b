import type { ReactNode } from 'react';

/**
 * Unlike other links to a new tab, this one leaves the page its opener: the callback page tells us through it
 * that the sign-in is over. The address comes from our own backend.
 */
const NEW_TAB = { target: '_blank', rel: 'opener' };

/** The way to a sign-in page when the browser blocked the window. */
export function SignInLink({ href, children }: { href: string; children: ReactNode }): ReactNode {
  return (
    <a href={href} {...NEW_TAB}>
      {children}
    </a>
  );
}
