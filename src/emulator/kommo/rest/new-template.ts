import type { Template } from '../entities.ts';
import type { World } from '../world.ts';

/** Adds a template with nothing in it yet. @param clientId empty for one that the account's own page makes */
export function newTemplate(world: World, accountId: number, clientId: string): Template {
  const now = world.clock.seconds();
  const template: Template = {
    id: world.nextId(),
    account_id: accountId,
    client_id: clientId,
    name: '',
    content: '',
    created_at: now,
    updated_at: now,
    is_editable: false,
    type: 'amocrm',
    external_id: null,
    buttons: [],
    attachment: null,
    waba_footer: null,
    waba_category: null,
    waba_language: null,
    waba_examples: {},
    waba_header: null,
    waba_header_type: null,
    reviews: [],
  };
  world.state.templates.push(template);
  return template;
}
