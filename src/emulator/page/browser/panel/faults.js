// @ts-check
/** Deliberate faults: ready-made ones, and any rule as JSON. */
import { h } from '../core/dom.js';
import { log } from '../core/log.js';
import { action, control, section } from './parts.js';

const READY = [
  {
    label: 'Next disposable token: 401',
    rule: { match: { path: '/ajax/v2/integrations/*/disposable_token' }, action: { status: 401 } },
  },
  {
    label: 'Next Save: 500',
    rule: { match: { path: '/ajax/widgets/edit' }, action: { status: 500 } },
  },
  {
    label: 'Next Install: 500',
    rule: { match: { path: '/ajax/v2/integrations/*/install' }, action: { status: 500 } },
  },
  {
    label: 'Next 3 API calls: 429, retry after 2 s',
    rule: { match: { path: '/api/v4/*' }, times: 3, action: { rateLimited: 2 } },
  },
  { label: 'Next API call: 503', rule: { match: { path: '/api/v4/*' }, action: { status: 503 } } },
  {
    label: 'Next sources call: cut in the body',
    rule: { match: { path: '/api/v4/sources*' }, action: 'cutMidBody' },
  },
  {
    label: 'Next token refresh: answer lost',
    rule: { match: { path: '/oauth2/access_token' }, action: 'loseAnswer' },
  },
  { label: 'Next amojo call: 403', rule: { match: { host: 'amojo.*' }, action: { status: 403 } } },
];

export function faultSection() {
  const list = h('ul', { class: 'faults' });
  const note = h('p', { class: 'note', role: 'status' });
  const input = h(
    'textarea',
    { id: 'fault-rule', rows: 4, spellcheck: 'false' },
    '{"match":{"path":"/api/v4/users*"},"times":2,"action":"hang"}',
  );
  const arm = async (/** @type {unknown} */ rule) => {
    try {
      await control('POST', 'faults', rule);
      note.textContent = 'Armed.';
      log('page', 'fault', 'armed from the control panel', { rule });
      await refresh();
    } catch (error) {
      note.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  const refresh = async () => {
    const { faults } = /** @type {{ faults: Record<string, unknown>[] }} */ (
      /** @type {unknown} */ (await control('GET', 'faults'))
    );
    list.replaceChildren(...faults.map((fault) => h('li', {}, JSON.stringify(fault))));
  };
  const part = section('Faults', [
    ...READY.map(({ label, rule }) => action(label, () => arm(rule))),
    h('label', { for: 'fault-rule' }, 'A rule as JSON'),
    input,
    action('Arm this rule', () => armText(input.value, arm, note)),
    action('Clear all faults', async () => {
      await control('DELETE', 'faults');
      note.textContent = 'Cleared.';
      await refresh();
    }),
    note,
    list,
  ]);
  part.addEventListener('toggle', () => {
    if (part.open) void refresh();
  });
  return part;
}

/**
 * @param {string} text
 * @param {(rule: unknown) => Promise<void>} arm
 * @param {HTMLElement} note
 */
async function armText(text, arm, note) {
  let rule;
  try {
    rule = JSON.parse(text);
  } catch {
    note.textContent = 'This is no JSON.';
    return;
  }
  await arm(rule);
}
