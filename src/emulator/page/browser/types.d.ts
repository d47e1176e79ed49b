/**
 * What the server gives the page (as JSON in the document) and what the page keeps. Types only: the browser code is
 * plain JavaScript and refers to these in its doc comments.
 */

export type Theme = 'light' | 'dark';

/** The part of the account the page shows; one per page route. */
export type AreaName =
  | 'settings'
  | 'advanced_settings'
  | 'lcard'
  | 'ccard'
  | 'comcard'
  | 'cucard'
  | 'llist'
  | 'clist'
  | 'tlist'
  | 'culist'
  | 'tline'
  | 'tcalendar'
  | 'mobile_card'
  | 'catalogs'
  | 'digital_pipeline'
  | 'salesbot_designer'
  | 'widget_page';

/** `install` = not installed, `not_configured` = installed but never saved, `installed` = saved. */
export type InstallStatus = 'install' | 'not_configured' | 'installed';

export type FieldType = 'text' | 'pass' | 'users' | 'users_lp' | 'custom';

export interface SettingField {
  name: string;
  type: FieldType;
  required?: boolean;
}

export interface Manifest {
  widget: {
    name: string;
    description: string;
    short_description: string;
    version?: string;
    interface_version?: number;
    init_once?: boolean | string;
    locale?: string[];
    installation?: boolean;
    support?: { link?: string; email?: string };
  };
  locations?: string[];
  tour?: { is_tour?: boolean; tour_images?: Record<string, string[]>; tour_description?: string };
  settings?: Record<string, SettingField>;
  dp?: { settings?: Record<string, SettingField>; action_multiple?: boolean; title?: string };
  advanced?: { title?: string };
  /** `logo` is no handler but a path. */
  salesbot_designer?: Record<string, SalesbotHandler | string>;
  left_menu?: Record<string, LeftMenuItem>;
  mobile?: { frame_url?: string; color?: string };
}

export interface SalesbotHandler {
  name: string;
  settings?: Record<string, SalesbotField>;
}

export interface SalesbotField {
  name: string;
  type?: string;
  /** May be an i18n key. */
  default_value?: string;
  /** `true`: the user types the value; otherwise the user chooses the field that it comes from. */
  manual?: boolean;
}

export interface SalesbotBlock {
  id: number;
  handler: string;
  params: Record<string, unknown>;
}

export interface StoredTrigger {
  id: number;
  statusId: number;
  /** What the form of `dp.settings` held. */
  settings: Record<string, unknown>;
}

export interface LeftMenuItem {
  title?: string;
  icon?: string;
  is_hidden?: boolean;
  sort?: { after?: string };
  submenu?: Record<string, { title: string; sort?: number }>;
}

/** A fault of the widget's archive, in the words of Kommo's upload as far as they are known. */
export interface Problem {
  severity: 'error' | 'warning';
  file: string;
  /** 1-based. */
  line?: number;
  /** Path inside a JSON file. */
  place?: string;
  message: string;
}

export interface WidgetBoot {
  code: string;
  /** Address of the widget's folder, without a trailing slash. */
  folder: string;
  manifest: Manifest | null;
  /** Every i18n file by language. */
  texts: Record<string, Texts>;
  /** Names of all files in the archive. */
  files: string[];
  problems: Problem[];
  integration: { uuid: string; name: string; isOwn: boolean; secret: string };
  install: {
    id: number;
    status: InstallStatus;
    active: 'Y' | 'N';
    fields: Record<string, unknown>;
    /** What the widget claimed by `setSdkCatalogId` when it was saved. */
    sdkCatalogId: number | null;
    /** Pipeline that has the widget as a lead source. */
    sourcePipelineId: number | null;
  };
}

export type Texts = { [key: string]: string | Texts };

export interface Person {
  id: number;
  name: string;
  login: string;
  isAdmin: boolean;
  isActive: boolean;
  isFree: boolean;
  language: string;
  amojoId: string | null;
  uuid: string;
  phone: string;
}

export interface Pipeline {
  id: number;
  name: string;
  isMain: boolean;
  isArchived: boolean;
  stages: { id: number; name: string; color: string }[];
}

/** The filled values of one custom field. */
export interface ShownField {
  id: number;
  code: string | null;
  name: string;
  type: string;
  values: { value: unknown; enum_id?: number; enum_code?: string | null }[];
}

/** A row of the account, with what cards and lists show. */
export interface Entity {
  id: number;
  kind: 'leads' | 'contacts' | 'companies' | 'customers' | 'todo';
  name: string;
  price?: number;
  phones: string[];
  emails: string[];
  contactIds: number[];
  companyId: number | null;
  responsibleId: number;
  /** In seconds. */
  createdAt: number;
  updatedAt: number;
  tags: string[];
  fields: ShownField[];
  /** Name of the lead's status. */
  stage?: string;
  stageId?: number;
  pipelineId?: number;
  nextPrice?: number;
  /** In seconds. */
  nextDate?: number | null;
}

/** A custom field of the account. */
export interface CustomField {
  id: number;
  owner: 'leads' | 'contacts' | 'companies' | 'customers' | 'catalogs';
  catalogId: number | null;
  name: string;
  type: string;
  code: string | null;
  sort: number;
  enums: { id: number; value: string; sort: number; code: string | null }[];
  isPredefined: boolean;
}

/** A list of own elements. */
export interface Catalog {
  id: number;
  name: string;
  type: string;
  elements: { id: number; name: string; price: number }[];
}

export interface Switches {
  [name: string]: string | number | boolean;
}

export interface SwitchDescription {
  name: string;
  title: string;
  options: (string | number | boolean)[];
  default: string | number | boolean;
  why: string;
}

export interface Boot {
  area: AreaName;
  /** What `APP.getWidgetsArea()` returns on this page. */
  widgetsArea: string;
  entity: Entity | null;
  entities: Entity[];
  fields: CustomField[];
  /** Numbers of the types of fields. */
  fieldTypes: Record<string, number>;
  catalogs: Catalog[];
  /** Set on a left-menu page. */
  catalogId: number | null;
  menuItem: { location: string; itemCode: string; subitemCode: string } | null;
  language: string;
  languages: string[];
  /** The page's own words in that language. */
  texts: Record<string, string>;
  theme: Theme;
  account: {
    id: number;
    name: string;
    subdomain: string;
    /** Host name without scheme as the widget must see it, `<sub>.kommo.com`. */
    domain: string;
    country: string;
    currency: string;
    timezone: string;
    language: string;
    amojoId: string | null;
  };
  user: Person;
  people: Person[];
  pipelines: Pipeline[];
  accounts: { subdomain: string; name: string; url: string }[];
  widget: WidgetBoot | null;
  /** Existing triggers of the digital pipeline. */
  triggers: StoredTrigger[];
  /** Blocks of the salesbot that were saved before. */
  salesbotBlocks: SalesbotBlock[];
  /** What the mobile application would show of the widget; null elsewhere, or without `mobile.frame_url`. */
  mobile: { address: string; color: string } | null;
  /** Templates of the system controls by name, as text. */
  controls: Record<string, string>;
  /** Further templates of Kommo's by their whole reference, such as `/tmpl/common/search_block.twig`. */
  templates: Record<string, string>;
  /** Kommo's libraries that a widget may ask for, the missing ones with the reason, and those the developer supplies. */
  modules: { lazy: string[]; missing: Record<string, string>; supplied: string[] };
  switches: Switches;
  switchDescriptions: SwitchDescription[];
  /** Choices of the page's switches that exclude each other. */
  refusedCombinations: { when: Record<string, string>; why: string }[];
}

export type LogKind =
  | 'callback'
  | 'host'
  | 'request'
  | 'event'
  | 'warning'
  | 'console'
  | 'error'
  | 'page';

/** One line of the live log; `detail` is JSON. */
export interface LogEntry {
  at: number;
  kind: LogKind;
  name: string;
  message: string;
  detail?: unknown;
}

/** Functions, and objects of functions (`leads: { selected() {} }`). */
export interface Callbacks {
  [name: string]: unknown;
}

/** A running widget: the constructor's result, with the system methods in its prototype. */
export interface Widget {
  callbacks?: Callbacks;
  params: Record<string, unknown>;
  langs: Texts;
  ns: string;
  init_once: boolean;
  [member: string]: unknown;
}
