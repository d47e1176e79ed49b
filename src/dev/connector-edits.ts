/**
 * What `npm run new:connector` changes in existing files. Pure functions from text to text. An edit throws if
 * its place cannot be found, so that the developer knows before anything is written.
 */

export type Kind = 'api-key' | 'server-address' | 'qr' | 'oauth';

/** The spellings of one connector's id, `acme-desk`. */
export interface Names {
  id: string;
  /** `acmeDesk` */
  camel: string;
  /** `AcmeDesk` */
  pascal: string;
  /** `ACME_DESK`, the prefix of its environment variables. */
  env: string;
  /** What people call the service. */
  title: string;
}

export function namesOf(id: string, title: string | undefined): Names {
  const words = id.split('-');
  const capitalized = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const pascal = capitalized.join('');
  return {
    id,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    env: id.replaceAll('-', '_').toUpperCase(),
    title: title ?? capitalized.join(' '),
  };
}

/** The variables that operators set to offer the connector. */
export function variablesOf({ env }: Names, kind: Kind): string[] {
  switch (kind) {
    case 'api-key':
      return [`${env}_URL`];
    case 'server-address':
      return [`${env}_SERVERS`];
    case 'qr':
      return [`${env}_URL`, `${env}_API_KEY`];
    case 'oauth':
      return [`${env}_URL`, `${env}_CLIENT_ID`, `${env}_CLIENT_SECRET`];
  }
}

export function fillTemplate(template: string, names: Names): string {
  return template
    .replaceAll('__ID__', names.id)
    .replaceAll('__PASCAL__', names.pascal)
    .replaceAll('__ENV__', names.env)
    .replaceAll('__NAME__', names.title);
}

/** Adds the import and the line that offers the connector. */
export function editRegistry(text: string, { id, camel, pascal }: Names): string {
  const line = `    settings.${camel} && create${pascal}(settings.${camel}),\n`;
  const offered = before(
    text,
    /^ *\/\/ `npm run new:connector` adds its line above this one\.$/m,
    line,
  );
  const statement = `import { create${pascal} } from './${id}.ts';\n`;
  return before(offered, /^import \{ createEvolution \}/m, statement);
}

/** Adds the settings and the code that reads them from the environment. */
export function editSettings(text: string, names: Names, kind: Kind): string {
  const { id, camel, pascal } = names;
  let edited = before(
    text,
    /^ {2}oauthProviders: OAuthProvider\[\];$/m,
    `  ${camel}?: ${SETTINGS_TYPE[kind]};\n`,
  );
  edited = before(
    edited,
    /^ {4}oauthProviders: readOAuthProviders\(reader\),$/m,
    `    ${camel}: read${pascal}(reader),\n`,
  );
  edited = replace(
    edited,
    /(const BUILT_IN_CONNECTORS = \[[^\]]*?),?(\s*\];)/,
    (_all, list, end) => `${list}, '${id}'${end}`,
  );
  return before(edited, /^function readOAuthProviders\(/m, `${readerOf(names, kind)}\n\n`);
}

/** Adds the texts in one language, in English where we have no translation. */
export function editTexts(
  text: string,
  language: string,
  { id, title }: Names,
  kind: Kind,
): string {
  const texts = JSON.parse(text) as { connectors?: Record<string, unknown> };
  const words = { ...TEXTS.en, ...TEXTS[language] };
  const pick = (...names: (keyof Words)[]) =>
    Object.fromEntries(names.map((name) => [name, words[name]]));
  const own: Record<string, unknown> = { title, summary: `${words.summary} ${title}.` };
  if (kind === 'api-key') own.fields = pick('key');
  if (kind === 'server-address') own.fields = pick('url', 'key');
  if (kind === 'qr') own.fields = pick('phone');
  texts.connectors = { ...texts.connectors, [id]: own };
  return `${JSON.stringify(texts, null, 2)}\n`;
}

const SETTINGS_TYPE: Record<Kind, string> = {
  'api-key': '{ url: string }',
  'server-address': '{ allowHosts: readonly string[] }',
  qr: '{ url: string; apiKey: string }',
  oauth: '{ clientId: string; clientSecret: string; url: string }',
};

function readerOf(names: Names, kind: Kind): string {
  const { camel, pascal, env } = names;
  const head = `function read${pascal}(reader: EnvironmentReader): ConnectorSettings['${camel}'] {`;
  if (kind === 'api-key') {
    return `${head}
  const url = reader.service('${env}_URL');
  return url === undefined ? undefined : { url };
}`;
  }
  if (kind === 'server-address') {
    return `/** \`public\`, or hosts inside the operator's network that are allowed as well, comma separated. */
${head}
  const servers = reader.optional('${env}_SERVERS')?.split(',');
  if (servers === undefined) return undefined;
  return { allowHosts: servers.map((host) => host.trim()).filter((host) => host !== 'public') };
}`;
  }
  const secrets = kind === 'qr' ? ['apiKey'] : ['clientId', 'clientSecret'];
  const variables = variablesOf(names, kind);
  const reads = secrets.map(
    (name, index) => `  const ${name} = reader.optional('${variables[index + 1]}');`,
  );
  const parts = ['url', ...secrets];
  return `${head}
  const url = reader.service('${env}_URL');
${reads.join('\n')}
  if (${parts.map((name) => `${name} === undefined`).join(' && ')}) return undefined;
${parts.map((name, index) => `  if (${name} === undefined) reader.fault('${variables[index]}', 'is not set, but other settings of the connector are');`).join('\n')}
  return { ${parts.map((name) => `${name}: ${name} ?? ''`).join(', ')} };
}`;
}

interface Words {
  summary: string;
  key: string;
  url: string;
  phone: string;
}

const TEXTS: Record<string, Words> & { en: Words } = {
  en: {
    summary: 'Messages from',
    key: 'API key',
    url: 'Server address',
    phone: 'Phone number',
  },
  es: {
    summary: 'Mensajes de',
    key: 'Clave de API',
    url: 'Dirección del servidor',
    phone: 'Número de teléfono',
  },
  pt: {
    summary: 'Mensagens de',
    key: 'Chave de API',
    url: 'Endereço do servidor',
    phone: 'Número de telefone',
  },
};

function before(text: string, place: RegExp, addition: string): string {
  return replace(text, place, (found) => addition + found);
}

function replace(text: string, place: RegExp, by: (...parts: string[]) => string): string {
  if (!place.test(text)) {
    throw new Error(`The place ${place.source} was not found; it has been renamed or moved.`);
  }
  return text.replace(place, by);
}
