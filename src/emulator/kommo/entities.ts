/**
 * The emulated Kommo's data. Names are Kommo's own wire names, so that none is mistranslated on the way out.
 * Times are milliseconds of the emulator's clock; in wire objects they are seconds.
 */

/** A letter for each right: A allowed, G group, M own, D denied. */
export interface EntityRights {
  view: string;
  edit: string;
  add: string;
  delete: string;
  export: string;
}

export interface Rights {
  leads: EntityRights;
  contacts: EntityRights;
  companies: EntityRights;
  tasks: { edit: string; delete: string };
  mail_access: boolean;
  catalog_access: boolean;
  is_admin: boolean;
  is_free: boolean;
  is_active: boolean;
  group_id: number | null;
  role_id: number | null;
  status_rights: unknown[];
}

export interface User {
  id: number;
  name: string;
  email: string;
  lang: string;
  uuid: string;
  amojo_id: string | null;
  phone_number: string | null;
  rights: Rights;
}

export interface Status {
  id: number;
  name: string;
  sort: number;
  is_editable: boolean;
  color: string;
  /** 1 for incoming leads, else 0. */
  type: number;
  /** What users of a rank are told about it; absent without any. */
  descriptions?: StatusDescription[];
}

export interface StatusDescription {
  id: number;
  /** `YYYY-MM-DD HH:MM:SS`. */
  created_at: string;
  updated_at: string;
  created_by: number;
  updated_by: number | null;
  level: string;
  description: string;
}

export interface Pipeline {
  id: number;
  name: string;
  sort: number;
  is_main: boolean;
  is_unsorted_on: boolean;
  is_archive: boolean;
  statuses: Status[];
}

/** Kommo's brands; decides host names and `platform`. */
export type Tld = 'kommo.com' | 'amocrm.com' | 'amocrm.ru';

export interface Account {
  id: number;
  subdomain: string;
  tld: Tld;
  name: string;
  country: string;
  language: string;
  currency: string;
  currency_symbol: string;
  timezone: string;
  amojo_id: string | null;
  uuid: string;
  /** Host of the domain lookup, as named in access tokens. */
  api_domain: string;
  is_paid: boolean;
  is_technical_account: boolean;
  created_at: number;
  users: User[];
  pipelines: Pipeline[];
}

export interface Integration {
  client_id: string;
  client_secret: string;
  name: string;
  redirect_uri: string;
  /** Empty if the developer gave none. */
  disable_hook_url: string;
  widget_code: string;
  /** `multiple sources` in the integration card: off makes Kommo create one source on install. */
  multiple_sources: boolean;
  /** `locations` of the uploaded widget's manifest; empty means no archive was uploaded. */
  locations: string[];
  /** `version` of the uploaded widget's manifest. */
  widget_version: string;
  /** Fields of the settings form, in the widgets API's form. */
  settings_template: { key: string; name: string; type: string; is_required: boolean }[];
  scopes: string[];
  /**
   * Where the emulator really connects when it calls this integration's addresses, with their Host header.
   * Stands for the reverse proxy of a backend whose public address is not reachable here.
   */
  deliver_to: string | null;
}

export interface Installation {
  account_id: number;
  client_id: string;
  is_active: boolean;
  /** Saved at least once since the install. */
  is_configured: boolean;
  /** Fields of the settings form, as Kommo keeps them. */
  settings: Record<string, unknown>;
  /** List of own elements whose cards the widget took over by `setSdkCatalogId`; kept until it is disabled. */
  sdk_catalog_id?: number;
  /** Pipeline to which the user added the widget as a lead source; kept until it is disabled. */
  source_pipeline_id?: number;
  installed_at: number;
}

export interface Code {
  code: string;
  account_id: number;
  user_id: number;
  client_id: string;
  redirect_uri: string;
  issued_at: number;
  used_at: number | null;
}

/** One token pair. A refresh adds another of the same family. */
export interface Grant {
  id: number;
  family: number;
  account_id: number;
  user_id: number;
  client_id: string;
  scopes: string[];
  access_token: string;
  access_expires_at: number;
  refresh_token: string;
  refresh_expires_at: number;
  /** When the refresh token was first spent. */
  refreshed_at: number | null;
  /** Either token of this pair has reached a Kommo server. */
  is_used: boolean;
  is_access_revoked: boolean;
  is_refresh_revoked: boolean;
}

export interface Channel {
  id: string;
  code: string;
  secret: string;
  title: string;
  client_id: string;
  /** With `:scope_id`; empty: no webhooks are sent. */
  webhook_url: string;
  /** `amojo_id`s a private channel may be connected to; null: any. */
  allowed_accounts: string[] | null;
  bot: { id: string; client_id: string; name: string };
}

export interface Scope {
  channel_id: string;
  account_amojo_id: string;
  scope_id: string;
  title: string;
  hook_api_version: string;
  is_time_window_disabled: boolean;
  is_connected: boolean;
}

export interface Source {
  id: number;
  account_id: number;
  client_id: string;
  name: string;
  external_id: string;
  pipeline_id: number;
  default: boolean;
  origin_code: string | null;
  services: unknown[];
  /** Hidden by an uninstall, when the switch keeps sources. */
  is_hidden: boolean;
}

export interface TemplateReview {
  id: number;
  source_id: number;
  status: 'review' | 'approved' | 'paused' | 'rejected';
  reject_reason: string;
}

export interface Template {
  id: number;
  account_id: number;
  client_id: string;
  name: string;
  content: string;
  created_at: number;
  updated_at: number;
  is_editable: boolean;
  type: 'amocrm' | 'waba';
  external_id: string | null;
  buttons: unknown[];
  attachment: unknown;
  waba_footer: string | null;
  waba_category: string | null;
  waba_language: string | null;
  waba_examples: Record<string, string>;
  waba_header: string | null;
  waba_header_type: string | null;
  reviews: TemplateReview[];
}

export interface CrmWebhook {
  id: number;
  account_id: number;
  destination: string;
  settings: string[];
  sort: number;
  created_by: number;
  created_at: number;
  updated_at: number;
  disabled: boolean;
}
