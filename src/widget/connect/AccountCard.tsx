import type { ReactNode } from 'react';
import type { LinkedAccount } from '../../contract/api.ts';
import { Icon } from '../ui/Icon.tsx';

/** Who is signed in at the chat service. */
export function AccountCard({ account }: { account: LinkedAccount }): ReactNode {
  return (
    <div className="kcc-account">
      {account.avatar_url ? (
        <img className="kcc-avatar" src={account.avatar_url} alt="" referrerPolicy="no-referrer" />
      ) : (
        <span className="kcc-avatar">
          <Icon name="chat" />
        </span>
      )}
      <span>
        <strong>{account.name}</strong>
        {account.handle && <span className="kcc-muted kcc-account__handle">{account.handle}</span>}
      </span>
    </div>
  );
}
