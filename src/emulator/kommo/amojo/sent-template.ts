import type { Scope, Template } from '../entities.ts';
import type { World } from '../world.ts';
import { isObject } from './message-rules.ts';
import { accountOfScope } from './people.ts';

/** A template by Kommo's id or ours, and what stands for its markers. */
export interface TemplateInput {
  id?: number;
  external_id?: string;
  /** `key` is a marker of the content, e.g. `{{lead.id}}`. */
  params?: { key: string; value: string }[];
}

/** @throws TypeError for an unknown template */
export function filled(
  world: World,
  scope: Scope,
  { id, external_id: ours, params = [] }: TemplateInput,
): { text: string; template: object; markup: object | undefined } {
  const account = accountOfScope(world, scope);
  const template = world.state.templates.find(
    (one) => one.account_id === account.id && (one.id === id || one.external_id === (ours ?? '')),
  );
  if (template === undefined) throw new TypeError('template: no such template');
  const { content, external_id: externalId } = template;
  const text = params.reduce((all, { key, value }) => all.replaceAll(key, value), content);
  return {
    text,
    template: {
      ...{ id: template.id, ...(externalId !== null && { external_id: externalId }) },
      ...{ content, params },
    },
    markup: markupOf(template),
  };
}

/** The template's buttons in the form of the webhook. */
function markupOf({ buttons }: Template): object | undefined {
  const row = buttons.filter(isObject).map(({ text, url }) => ({
    text: String(text ?? ''),
    ...(typeof url === 'string' && { url }),
  }));
  return row.length === 0 ? undefined : { mode: 'inline', buttons: [row] };
}
