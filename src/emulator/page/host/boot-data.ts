import type { Account, User } from '../../kommo/entities.ts';
import type { Exchange } from '../../kommo/exchange.ts';
import { triggersOf } from '../../kommo/hooks/pipeline-triggers.ts';
import { installStatus } from '../../kommo/oauth/lifecycle.ts';
import { blocksOf } from '../../kommo/salesbot-blocks.ts';
import { accountHost, type World } from '../../kommo/world.ts';
import { loadWidget } from '../../upload/widget-folder.ts';
import { controlTemplates } from './control-templates.ts';
import { HOST_SWITCHES, hostSwitchValues, REFUSED_COMBINATIONS } from './host-switches.ts';
import { mobileData } from './mobile-data.ts';
import { otherTemplates } from './other-templates.ts';
import type { PageArea } from './page-areas.ts';
import { pageTexts } from './page-texts.ts';
import { LAZY_MODULES, MISSING_MODULES } from './vendor-modules.ts';
import { worldData } from './world-data.ts';

/** Languages a Kommo profile may have. */
const LANGUAGES = ['en', 'es', 'pt', 'ru', 'tr', 'id'];

/** Kommo's number for the widget; /ajax/widgets/list gives it to the first integration. */
const WIDGET_ID = 700_001;

export type Boot = Record<string, unknown> & { language: string; theme: string };

/**
 * Switches that the address sets for one page view. They may be refused together: see refuse-switches.ts. A value that is no
 * option is somebody else's parameter of the same name.
 */
export function askedSwitches(exchange: Exchange): Record<string, string> {
  return Object.fromEntries(
    HOST_SWITCHES.flatMap(({ name, options }) => {
      const asked = exchange.query(name);
      return asked !== undefined && options.includes(asked) ? [[name, asked]] : [];
    }),
  );
}

/**
 * Everything the page's scripts need, as JSON in the document (`Boot` of browser/types.d.ts).
 * `?lang=` and `?<switch>=` (`?theme=dark`) in the address change one page view only.
 */
export async function bootData(
  exchange: Exchange,
  page: PageArea,
  account: Account,
  user: User,
): Promise<Boot> {
  const { world } = exchange;
  const switches = { ...hostSwitchValues(world.state.switches), ...askedSwitches(exchange) };
  const language = chosenLanguage(exchange.query('lang') ?? String(switches.language), user);
  return {
    area: page.area,
    widgetsArea: page.widgetsArea,
    entity: page.entity ?? null,
    ...worldData(world.state, account),
    catalogId: page.catalogId ?? null,
    menuItem: page.menuItem ?? null,
    language,
    languages: LANGUAGES,
    texts: await pageTexts(language),
    theme: String(switches.theme),
    account: accountData(account),
    user: person(user),
    people: account.users.map(person),
    pipelines: account.pipelines.map((pipeline) => ({
      id: pipeline.id,
      name: pipeline.name,
      isMain: pipeline.is_main,
      isArchived: pipeline.is_archive,
      stages: pipeline.statuses.map(({ id, name, color }) => ({ id, name, color })),
    })),
    accounts: world.state.accounts.map(({ subdomain, name }) => ({
      subdomain,
      name,
      url: addressOf(exchange, subdomain),
    })),
    widget: await widgetData(world, account),
    triggers: triggersOf(world, account).map(({ id, status_id, settings }) => ({
      id,
      statusId: status_id,
      settings,
    })),
    salesbotBlocks: blocksOf(world, account),
    mobile: await mobileData(world, page, account, user),
    controls: await controlTemplates(),
    templates: await otherTemplates(world),
    modules: {
      lazy: LAZY_MODULES.map(({ name }) => name),
      missing: MISSING_MODULES,
      supplied: world.supplies.moduleNames,
    },
    switches,
    switchDescriptions: HOST_SWITCHES,
    refusedCombinations: REFUSED_COMBINATIONS,
  };
}

function chosenLanguage(wanted: string, user: User): string {
  if (LANGUAGES.includes(wanted)) return wanted;
  return LANGUAGES.includes(user.lang) ? user.lang : 'en';
}

function accountData(account: Account) {
  const { id, name, subdomain, country, currency, timezone, language } = account;
  return {
    ...{ id, name, subdomain, country, currency, timezone, language },
    domain: accountHost(account),
    amojoId: account.amojo_id,
  };
}

function person(user: User) {
  return {
    id: user.id,
    name: user.name,
    login: user.email,
    isAdmin: user.rights.is_admin,
    isActive: user.rights.is_active,
    isFree: user.rights.is_free,
    language: user.lang,
    amojoId: user.amojo_id,
    uuid: user.uuid,
    phone: user.phone_number ?? '',
  };
}

/** The same page of another account, under the same kind of host name. */
function addressOf(exchange: Exchange, subdomain: string): string {
  const host = exchange.header('host').replace(/^[^.]+/, subdomain);
  return `http://${host}/settings/widgets/`;
}

async function widgetData(world: World, account: Account) {
  if (world.widgetPath === undefined) return null;
  const widget = await loadWidget(world.widgetPath);
  const integration = world.integration();
  const code = integration.widget_code;
  const installation = world.installation(account, integration);
  return {
    code,
    folder: `/upl/${code}/widget`,
    manifest: widget.manifest ?? null,
    texts: widget.i18n,
    files: [...widget.files.keys()],
    problems: widget.problems,
    integration: {
      uuid: integration.client_id,
      name: integration.name,
      isOwn: true,
      secret: integration.client_secret,
    },
    install: {
      id: WIDGET_ID,
      status: installStatus(installation),
      active: installation?.is_active === true ? 'Y' : 'N',
      fields: installation?.settings ?? {},
      sdkCatalogId: installation?.sdk_catalog_id ?? null,
      sourcePipelineId: installation?.source_pipeline_id ?? null,
    },
  };
}
