import type { ReactNode } from 'react';

/**
 * Unlike other links to a new tab, this one keeps `window.opener`: the callback page uses it to tell us that
 * the sign-in has ended. The address comes from our own backend.
 */
const NEW_TAB = { target: '_blank', rel: 'opener' };

/** A link to the sign-in page for when the browser blocked the window. */
export function SignInLink({ href, children }: { href: string; children: ReactNode }): ReactNode {
  return (
    <a href={href} {...NEW_TAB}>
      {children}
    </a>
  );
}
