import { z } from 'zod';
import { ACCENT_TOKENS, type AccentToken } from './colours.ts';
import { nearestName } from './nearest-name.ts';

/** What `brand.json` holds. */
export type Brand = z.output<typeof BRAND_SCHEMA>;

/** What is wrong with it, and where. */
export interface BrandFault {
  /** Dotted, such as `colours.accent`; empty for the whole file. */
  place: string;
  /** Continues the place: what is wrong and what to do. */
  message: string;
}

/** A service of the operator's `OAUTH_PROVIDERS` is written with this before its id. */
const PROVIDER = 'provider:';

/** Says what is there, if anything, and what should be. */
function wanted(what: string) {
  return {
    error: ({ input }: { input?: unknown }) =>
      input === undefined ? `is missing; give ${what}` : `is ${shown(input)}; give ${what}`,
  };
}

/** A hostile file has values of any length; a person reads a line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const shownText = (what: string) => z.string(wanted(what)).regex(/\S/, wanted(what));

const inLanguages = (what: string) =>
  z.union([shownText(what), z.record(z.string(), shownText(what))], wanted(what));

const A_COLOUR = 'a colour as # and six hexadecimal digits, such as "#7a1fa2"';
const colour = z.string(wanted(A_COLOUR)).regex(/^#[0-9a-fA-F]{6}$/, wanted(A_COLOUR));

const COLOURS_OF_A_THEME = 'colours by their names, such as { "link": "#5a1a78" }';
const theme = z.strictObject(
  Object.fromEntries(ACCENT_TOKENS.map((name) => [name, colour.optional()])) as Record<
    AccentToken,
    z.ZodOptional<typeof colour>
  >,
  wanted(COLOURS_OF_A_THEME),
);

const A_NAME =
  'a name in quotes, or one for each language, such as { "en": "Acme Chat", "es": "Chat de Acme" }';
const A_DESCRIPTION =
  'one short sentence for each language, such as { "en": "Acme in your inbox", "es": "Acme en tu bandeja" }';
const AN_EMAIL = 'an email address, such as "help@acme.example"';
const A_LINK = 'an https address, such as "https://acme.example/help"';
const A_LOGO = 'the path of one SVG, relative to this file, such as "brands/acme.svg"';
const SERVICES = 'a list of services, such as ["telegram", "slack"]';
const A_SERVICE = `the id of a service, such as "telegram", or "${PROVIDER}acme" for one of OAUTH_PROVIDERS`;
const TEXTS =
  'texts by language and key, such as { "en": { "services.title": "Choose a service" } }';
const SUPPORT =
  'how you are reached, such as { "email": "help@acme.example", "link": "https://acme.example/help" }';
const COLOURS = 'at least the accent, such as { "accent": "#7a1fa2" }';

const support = z
  .strictObject(
    {
      link: z
        .url({ protocol: /^https$/, ...wanted(A_LINK) })
        .meta({ pattern: '^https://' })
        .optional()
        .describe('Page where users find help. Kommo shows it, and moderation asks for it.'),
      email: z.email(wanted(AN_EMAIL)).optional().describe('Mailbox for users of the integration.'),
    },
    wanted(SUPPORT),
  )
  .refine(({ link, email }) => link !== undefined || email !== undefined, wanted(SUPPORT))
  // For editors, which do not see what is refined.
  .meta({ minProperties: 1 });

const services = z
  .array(
    z.string(wanted(A_SERVICE)).regex(/^(provider:)?[a-z][a-z0-9_-]{1,31}$/, wanted(A_SERVICE)),
    wanted(SERVICES),
  )
  .min(1, { error: 'is empty; name at least one service, or take the field away to offer all' })
  .refine((ids) => new Set(ids).size === ids.length, {
    error: 'names a service twice; once is enough',
  });

/** The fields of `brand.json`; `docs/brand.schema.json` is made from it. */
export const BRAND_SCHEMA = z.strictObject(
  {
    $schema: z.string().optional().describe('For editors: docs/brand.schema.json.'),
    name: inLanguages(A_NAME).describe(
      'Name of the integration: 30 characters at most, no word longer than 19, without the name of Kommo. One for all languages, or one for each.',
    ),
    short_description: inLanguages(A_DESCRIPTION)
      .optional()
      .describe(
        'One line in the list of integrations, 50 characters at most. A language that is left out keeps the text of i18n.',
      ),
    support: support.describe('How users reach you; at least one of the two.'),
    colours: z
      .strictObject(
        {
          accent: colour.describe('Colour of buttons; everything else is derived from it.'),
          light: theme
            .optional()
            .describe('Colours of the light theme that are not to be derived.'),
          dark: theme.optional().describe('Colours of the dark theme that are not to be derived.'),
        },
        wanted(COLOURS),
      )
      .describe('Every colour has to keep the contrast of WCAG 2.2 AA.'),
    logo: shownText(A_LOGO).describe(
      'The one drawing all logos are made from: an SVG, relative to this file, without scripts, texts and foreign pictures. A square one fits best.',
    ),
    services: services
      .optional()
      .describe(
        'The services the widget offers for new channels, in this order. Without it: all that the backend offers.',
      ),
    texts: z
      .record(
        z.string(),
        z.record(z.string(), shownText('a text in quotes'), wanted(TEXTS)),
        wanted(TEXTS),
      )
      .optional()
      .describe('Texts of i18n/<language>.json to be replaced, by language and dotted key.'),
  },
  { error: ({ input }) => `is ${shown(input)}; it must be an object in { }` },
);

/** Reads what a `brand.json` holds, with everything that is wrong in it at once. */
export function readBrand(value: unknown): { brand?: Brand; faults: BrandFault[] } {
  const { data, error } = BRAND_SCHEMA.safeParse(value);
  const faults = (error?.issues ?? []).flatMap((issue): BrandFault[] => {
    const place = issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') return [{ place, message: issue.message }];
    const known = fieldsAt(issue.path);
    return issue.keys.map((key) => ({
      place: place === '' ? key : `${place}.${key}`,
      message: `is no field here; did you mean "${nearestName(key, known)}"? There are: ${known.join(', ')}`,
    }));
  });
  return data === undefined ? { faults } : { brand: data, faults };
}

/** The fields that an object of the file may have. */
function fieldsAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = BRAND_SCHEMA;
  for (const name of path) {
    if (schema instanceof z.ZodObject) schema = schema.shape[name as string];
    if (schema instanceof z.ZodOptional) schema = schema.unwrap();
  }
  return schema instanceof z.ZodObject
    ? Object.keys(schema.shape).filter((name) => name !== '$schema')
    : [];
}

/** The name in a language; a language without its own has the English one. */
export function brandName({ name }: Pick<Brand, 'name'>, language: string): string {
  if (typeof name === 'string') return name;
  return name[language] ?? name.en ?? Object.values(name)[0] ?? '';
}

/** The connectors that are offered, as the backend calls them; undefined: all it has. */
export function offeredServices({ services }: Pick<Brand, 'services'>): string[] | undefined {
  return services?.map((id) => (isProvider(id) ? id.slice(PROVIDER.length) : id));
}

/** Whether it is one of the operator's providers, which only the backend knows. */
export function isProvider(service: string): boolean {
  return service.startsWith(PROVIDER);
}
