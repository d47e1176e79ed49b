import type { SeedLists } from './crm/seed-lists.ts';
import type {
  Account,
  Channel,
  Installation,
  Integration,
  Pipeline,
  Status,
  User,
} from './entities.ts';
import type { Switches } from './switches.ts';

type SeedUser = Partial<Omit<User, 'rights'>> & {
  id: number;
  is_admin?: boolean;
  is_free?: boolean;
  is_active?: boolean;
};
type SeedPipeline = Partial<Omit<Pipeline, 'statuses'>> & {
  id: number;
  /** In their order. Incoming leads, won (142) and lost (143) are added where they are missing. */
  statuses?: (Partial<Status> & { id: number })[];
};

/** What is in an account; see `SeedLists` for the form of each list of cards. */
interface AccountLists extends SeedLists {
  users?: SeedUser[];
  pipelines?: SeedPipeline[];
}

export type SeedAccount = Partial<Omit<Account, 'users' | 'pipelines'>> & {
  id: number;
} & AccountLists;

/**
 * The emulator's initial state, as JSON. A given list replaces the built-in one; each item is merged over the
 * built-in item of the same id (`client_id` for integrations), so it needs only the fields that differ.
 *
 * Users, pipelines, leads, contacts, companies, customers, tasks, custom fields and catalogs belong to an account: they stand
 * in an item of `accounts`, or outside it for the first account. What is built in and names something that a given list has
 * not (a lead's contact, a field's value) loses that name; what the seed itself names must be there. A faulty seed is refused
 * with the place of each fault. An example is `docs/examples/emulator-seed.json`.
 */
export interface Seed extends AccountLists {
  accounts?: SeedAccount[];
  integrations?: (Partial<Integration> & { client_id: string })[];
  channels?: (Partial<Channel> & { id: string })[];
  installations?: (Partial<Installation> & { account_id: number; client_id: string })[];
  switches?: Switches;
}

/** Lists that an account may be given. */
export const SEED_LISTS = [
  'users',
  'pipelines',
  'leads',
  'contacts',
  'companies',
  'customers',
  'tasks',
  'custom_fields',
  'catalogs',
] as const satisfies (keyof AccountLists)[];

export const SEED_MEMBERS: readonly string[] = [
  ...['accounts', 'integrations', 'channels', 'installations', 'switches'],
  ...SEED_LISTS,
];

const DEMO_CLIENT_ID = '5f0c1c5e-7f1d-4d8b-9a53-2f1b6f0c7a11';
const DEMO_CHANNEL_ID = '344a5002-f8ca-454d-af3d-396180102ac7';

/** The accounts, integration and chat channel every development set-up and test starts from. */
export const DEFAULT_SEED = {
  accounts: [
    {
      id: 31263018,
      subdomain: 'demo',
      name: 'Demo Company',
      country: 'US',
      language: 'en',
      amojo_id: '52e591f7-c98f-4255-8495-827210138c81',
      users: [
        { id: 8001, name: 'Ana Admin', is_admin: true },
        { id: 8002, name: 'Max Manager' },
        { id: 8003, name: 'Fred Free', is_free: true },
        { id: 8004, name: 'Ina Inactive', is_admin: true, is_active: false },
      ],
      pipelines: [
        { id: 7001, name: 'Sales', is_main: true },
        { id: 7002, name: 'Support' },
        { id: 7003, name: 'Archive 2024', is_archive: true },
        { id: 7004, name: 'Partners' },
      ],
    },
    {
      id: 31263019,
      subdomain: 'other',
      name: 'Other Company',
      country: 'BR',
      language: 'pt',
      amojo_id: 'af9945ff-1490-4cad-807d-945c15d88bec',
      users: [
        { id: 9001, name: 'Olga Admin', is_admin: true },
        { id: 9002, name: 'Otto Manager' },
      ],
      pipelines: [
        { id: 7101, name: 'Vendas', is_main: true },
        { id: 7102, name: 'Suporte' },
      ],
    },
  ],
  integrations: [
    {
      client_id: DEMO_CLIENT_ID,
      client_secret: 'emulator-client-secret-0123456789abcdefghijklmnopqrstuvwxyz012345',
      name: 'Chat Connector',
      redirect_uri: 'http://localhost:8080/kommo/oauth/callback',
      disable_hook_url: 'http://localhost:8080/kommo/disabled',
      widget_code: 'chat_connector',
      multiple_sources: true,
      locations: ['settings', 'lead_sources'],
    },
  ],
  channels: [
    {
      id: DEMO_CHANNEL_ID,
      code: 'kommo.ext.20261122',
      secret: 'f2d7f8704eff95087ed45b23ba99c0b5aac8278e',
      title: 'Chat Connector',
      client_id: DEMO_CLIENT_ID,
      // The bot of the documentation's examples.
      bot: { id: 'f1910c7f-b1e0-4184-bd09-c7def2a9109a', client_id: 'bot', name: 'Bot' },
    },
  ],
} satisfies Seed;
