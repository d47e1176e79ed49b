import { CRM } from '../documents.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem } from '../problems.ts';
import { wanted } from './filters.ts';
import { type Caller, resource } from './guard.ts';

/** Buttons for web sites. */
export function buttonRoutes(): KommoRoute[] {
  const buttons = resource('/website_buttons', `${CRM}/sources-api`, { needsAdmin: true });
  return [
    buttons('GET', '', listButtons, { status: 'partly', note: 'the button is ready at once' }),
    buttons('GET', '/:id', showButton, { status: 'partly' }),
    buttons('POST', '', createButton, { status: 'partly' }),
  ];
}

interface SiteButton {
  account_id: number;
  account_uuid: string;
  button_id: number;
  source_id: number;
  name: string;
  creation_status: 'active';
}

function buttonsOf(exchange: Exchange, { account }: Caller): SiteButton[] {
  const all = exchange.world.service<SiteButton[]>('website_buttons', () => []);
  return all.filter(({ account_id }) => account_id === account.id);
}

function buttonModel(exchange: Exchange, button: SiteButton): object {
  const hasScripts = wanted(exchange).has('scripts');
  return {
    ...button,
    ...(hasScripts && { script: `<script data-id="${button.button_id}"></script>` }),
  };
}

function listButtons(exchange: Exchange, caller: Caller) {
  const own = buttonsOf(exchange, caller);
  if (own.length === 0) return exchange.send(204);
  const items = own.map((one) => buttonModel(exchange, one));
  hal(exchange, { _total_items: own.length, _embedded: { website_buttons: items } });
}

function showButton(exchange: Exchange, caller: Caller) {
  const button = buttonsOf(exchange, caller).find(
    ({ source_id }) => String(source_id) === exchange.param('id'),
  );
  if (button === undefined) return problem(exchange, 404, 'Button not found');
  hal(exchange, buttonModel(exchange, button));
}

/** The source exists at once, as documented; so does the button, which is an assumption. */
function createButton(exchange: Exchange, caller: Caller) {
  const { world } = exchange;
  const { name = 'Site button', pipeline_id: pipelineId } = exchange.fields();
  const pipeline = caller.account.pipelines.find(({ id }) => id === pipelineId);
  if (pipelineId !== undefined && pipeline === undefined) {
    return problem(exchange, 400, 'pipeline_id: no such pipeline');
  }
  const button: SiteButton = {
    account_id: caller.account.id,
    account_uuid: caller.account.uuid,
    button_id: world.nextId(),
    source_id: world.nextId(),
    name: String(name),
    creation_status: 'active',
  };
  world.service<SiteButton[]>('website_buttons', () => []).push(button);
  hal(exchange, button);
}
