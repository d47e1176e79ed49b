import { escapeHtml } from '../../engine/escape-html.ts';
import type { Account, Integration, User } from '../entities.ts';
import { accountHost } from '../world.ts';

export interface ConsentQuestion {
  integration: Integration;
  accounts: Account[];
  /** The initial choice. */
  account: Account | undefined;
  user: User | undefined;
  /** Echoed in the form. */
  query: URLSearchParams;
}

/** The page that asks an admin to give an integration access. */
export function consentPage({
  integration,
  accounts,
  account,
  user,
  query,
}: ConsentQuestion): string {
  const hidden = ['client_id', 'state', 'mode']
    .filter((name) => query.has(name))
    .map(
      (name) => `<input type="hidden" name="${name}" value="${escapeHtml(query.get(name) ?? '')}">`,
    )
    .join('');
  const options = accounts
    .map((one) => {
      const users = one.users.map((person) => {
        const isChosen = one === account && person === user;
        const role = person.rights.is_admin ? 'admin' : 'not an admin';
        return `<option value="${one.id}:${person.id}"${isChosen ? ' selected' : ''}>${escapeHtml(person.name)} (${role})</option>`;
      });
      return `<optgroup label="${escapeHtml(accountHost(one))}">${users.join('')}</optgroup>`;
    })
    .join('');
  return page(
    'Give access',
    `<h1>${escapeHtml(integration.name)}</h1>
    <p>This integration asks for access to the data of your account.</p>
    <ul>${integration.scopes.map((scope) => `<li>${escapeHtml(scope)}</li>`).join('')}</ul>
    <form method="post" action="/oauth">${hidden}
      <label>Account and user <select name="who">${options}</select></label>
      <p><button name="answer" value="approve" class="main">Allow</button>
      <button name="answer" value="deny">Deny</button></p>
    </form>`,
  );
}

/** A refusal shown here rather than redirected: the redirect address cannot be trusted. */
export function refusalPage(reason: string): string {
  return page('No access', `<h1>Access cannot be given</h1><p>${escapeHtml(reason)}</p>`);
}

/** `mode=popup`: sends the opener to the integration and closes this window. */
export function openerPage(address: string): string {
  const json = JSON.stringify(address).replaceAll('<', '\\u003c');
  return page(
    'Access given',
    `<p>You may close this window.</p><script>
      const address = ${json};
      if (window.opener && !window.opener.closed) { window.opener.location = address; window.close(); }
      else { window.location = address; }
    </script>`,
  );
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} - emulated Kommo</title>
  <meta name="viewport" content="width=device-width, initial-scale=1"><style>
  body{font:15px/1.5 system-ui,sans-serif;background:#f5f6f8;color:#313942;margin:0;display:grid;min-height:100vh;place-items:center}
  main{background:#fff;padding:28px 34px;border-radius:8px;max-width:420px;box-shadow:0 1px 6px #0003}
  h1{font-size:20px;margin:0 0 10px}select{width:100%;padding:8px;margin-top:4px}
  button{padding:9px 20px;border:1px solid #aab;border-radius:4px;background:#fff;font:inherit;cursor:pointer}
  button.main{background:#2f6fed;border-color:#2f6fed;color:#fff}
  </style></head><body><main>${content}<p><small>Emulated Kommo. Nothing leaves this machine.</small></p></main></body></html>`;
}
