import type { ReactNode } from 'react';
import type { LinkedAccount } from '../../contract/api.ts';
import type { ConnectorDescription } from '../../contract/connectors.ts';
import { ServiceSign } from '../ui/ServiceSign.tsx';

interface AccountCardProps {
  account: LinkedAccount;
  connector: ConnectorDescription;
  /** The account's number, where its handle does not say it. */
  phone?: string | undefined;
}

/** Who is signed in at the chat service: the picture with the service's sign in its corner, the name, the address. */
export function AccountCard({ account, connector, phone }: AccountCardProps): ReactNode {
  const address = account.handle ?? phone;
  const sign = { connector: connector.id, auth: connector.auth };
  return (
    <div className="kcc-account">
      {account.avatar_url ? (
        <span className="kcc-portrait">
          <img src={account.avatar_url} alt="" referrerPolicy="no-referrer" />
          <ServiceSign {...sign} size={16} />
        </span>
      ) : (
        <ServiceSign {...sign} />
      )}
      <span className="kcc-account__who">
        <strong>{account.name}</strong>
        {address && address !== account.name && (
          <span className="kcc-muted kcc-account__handle">{address}</span>
        )}
      </span>
    </div>
  );
}
