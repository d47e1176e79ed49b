import type {
  AccountsTable,
  ConsentStatesTable,
  GrantsTable,
  InstallCodesTable,
  ScopesTable,
  SettingsTable,
} from './account-tables.ts';
import type {
  AttemptsTable,
  ChannelsTable,
  SessionEndingsTable,
  SourcesTable,
  SyncsTable,
} from './channel-tables.ts';
import type {
  IdempotencyKeysTable,
  KeyChecksTable,
  KommoCacheTable,
  RateBucketsTable,
  SeenTokensTable,
  UserRightsTable,
} from './upkeep-tables.ts';

export interface Schema {
  accounts: AccountsTable;
  grants: GrantsTable;
  install_codes: InstallCodesTable;
  consent_states: ConsentStatesTable;
  settings: SettingsTable;
  scopes: ScopesTable;
  channels: ChannelsTable;
  attempts: AttemptsTable;
  sources: SourcesTable;
  session_endings: SessionEndingsTable;
  syncs: SyncsTable;
  idempotency_keys: IdempotencyKeysTable;
  seen_tokens: SeenTokensTable;
  user_rights: UserRightsTable;
  kommo_cache: KommoCacheTable;
  rate_buckets: RateBucketsTable;
  key_checks: KeyChecksTable;
}
