import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import MinimizerPlugin from 'minimizer-webpack-plugin';
import webpack from 'webpack';

const root = path.dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** What the widget shares with nobody and changes only when a dependency does. */
const VENDOR_MODULES = ['react', 'react/jsx-runtime', 'react-dom', 'react-dom/client', 'i18next'];

/**
 * Our own parts, and the parts that each may borrow from: an import of a module that one of those lends becomes a
 * dependency on it, so that nothing is shipped twice. What a part lends stands in its entry, `parts/<name>.ts`,
 * as `export * from '../file.ts'`.
 */
const PARTS = {
  app: [],
  sections: ['app'],
  list: ['app'],
  dialogs: ['app'],
  connect: ['app'],
};

const SOURCES = path.join(root, 'src/widget');
const entryOf = (part) => path.join(SOURCES, 'parts', `${part}.ts`);

/** The version is the cache key of a part: never a time stamp, or two builds would differ. */
const request = (part) => `./${part}.js?v=${version}`;

/**
 * The parts of the widget, each an AMD module of its own:
 *
 *   script.js     the entry; Kommo loads it on every page of the account
 *   app.js        what is seen first of the settings screen; the entry asks the host’s `require` for it, on the page of
 *                 integrations before the admin does
 *   sections.js   what stands below the channels, and what few people see; fetched right after the first paint
 *   list.js       what the list of channels shows on demand; fetched when the page is idle
 *   dialogs.js    dialogs, notices and forms; app.js asks for them when one is to be shown
 *   connect.js    the panels that connect a channel; app.js asks for them when one is to be connected
 *   vendor.js     React and i18next, minified; a dependency of all of ours but script.js
 *   amplitude.js  only when AMPLITUDE_API_KEY is set
 *
 * Webpack's own way to load a part on demand inserts a script element, which Kommo's moderation
 * refuses, so every part is fetched by the AMD loader of the page instead.
 *
 * @param {{ outDir?: string, services?: { file: string, read: () => string[] | null }, development?: Record<string, string> }} [env]
 *   where the build may write, which services the brand offers (null: all that the backend has), and what the scripts
 *   of a development build know besides; `src/pack/bundle.ts` says
 * @returns {import('webpack').MultiConfiguration}
 */
export default function configure({
  outDir = path.join(root, 'dist'),
  services,
  development,
} = {}) {
  /** Where the vendor build tells the widget build which modules it holds. Not part of the package. */
  const manifest = path.join(outDir, 'vendor-modules.json');
  const apiUrl = (process.env.WIDGET_API_URL || 'http://localhost:8080').replace(/\/+$/, '');
  const amplitudeKey = process.env.AMPLITUDE_API_KEY || '';
  const minified = [
    vendor('vendor', {
      entry: { vendor: VENDOR_MODULES },
      output: { library: { type: 'amd' } },
      plugins: [new webpack.DllPlugin({ context: root, path: manifest, entryOnly: true })],
    }),
  ];
  if (amplitudeKey !== '') {
    minified.push(
      vendor('amplitude', {
        entry: { amplitude: 'amplitude-js' },
        output: { library: { type: 'amd', export: 'default' } },
      }),
    );
  }
  const definitions = { apiUrl, amplitudeKey, manifest, services };
  const own = Object.keys(PARTS).map((name) =>
    widget(name, { import: entryOf(name), library: { type: 'amd' } }, definitions),
  );
  const script = path.join(SOURCES, 'index.ts');
  const entry = { import: script, library: { type: 'amd', export: 'default' } };
  const configurations = [...minified, widget('script', entry, definitions), ...own];
  for (const { output } of configurations) output.path = path.join(outDir, 'webpack');
  if (development === undefined) return configurations;
  return [
    ...configurations,
    ...forDevelopment(configurations, { outDir, development, definitions }),
  ];
}

/**
 * What a development build has besides, in a folder of its own: `entry.js`, which is uploaded in place of `script.js`, and
 * `client.js`, which that one fetches. Nothing of it, and no switch for it, is in any other build.
 */
function forDevelopment(configurations, { outDir, development, definitions }) {
  const folder = path.join(SOURCES, 'development');
  const known = Object.entries(development).map(([name, value]) => [name, JSON.stringify(value)]);
  const scripts = [
    widget(
      'entry',
      { import: path.join(folder, 'entry.ts'), library: { type: 'amd', export: 'default' } },
      definitions,
    ),
    widget(
      'client',
      { import: path.join(folder, 'client.ts'), library: { type: 'amd' } },
      definitions,
    ),
  ];
  for (const script of scripts) {
    script.output.path = path.join(outDir, 'development');
    script.plugins.push(new webpack.DefinePlugin(Object.fromEntries(known)));
  }
  const mount = path.join(SOURCES, 'mount.tsx');
  const tellOfApp = new webpack.NormalModuleReplacementPlugin(/^\.\/app\.ts$/, (module) => {
    if (module.contextInfo.issuer === mount) module.request = './development/app.ts';
  });
  for (const { name, plugins, optimization } of configurations) {
    if (name === 'app') plugins.push(tellOfApp);
    // It takes seconds, and nobody counts the bytes.
    optimization.minimize = false;
  }
  return scripts;
}

/** A part of our own code: not minified, because Kommo reads what it publishes. */
function widget(name, entry, { apiUrl, amplitudeKey, manifest, services }) {
  const lenders = lentBy(PARTS[name] ?? []);
  return {
    ...common(name),
    dependencies: ['vendor'],
    entry: { [name]: entry },
    output: { ...output(), cssFilename: 'style.css' },
    experiments: { css: true },
    externalsType: 'amd',
    externals: [{ jquery: 'jquery' }, lenders.externals],
    resolve: { extensions: ['.tsx', '.ts', '.js'] },
    module: {
      rules: [
        { test: /\.css$/, type: 'css/global', sideEffects: true },
        {
          test: /\.tsx?$/,
          sideEffects: false,
          loader: 'ts-loader',
          options: {
            configFile: path.join(root, 'src/widget/tsconfig.json'),
            // `npm run types` checks the types; here it would only make the build slower.
            transpileOnly: true,
            compilerOptions: {
              noEmit: false,
              allowImportingTsExtensions: false,
              removeComments: true,
            },
          },
        },
      ],
    },
    plugins: [
      namesByOrder,
      lenders,
      new webpack.DefinePlugin({
        WIDGET_API_URL: JSON.stringify(apiUrl),
        AMPLITUDE_API_KEY: JSON.stringify(amplitudeKey),
        WIDGET_VERSION: JSON.stringify(version),
        OFFERED_SERVICES: offered(services),
      }),
      new webpack.DllReferencePlugin({
        context: root,
        manifest,
        name: request('vendor'),
        sourceType: 'amd',
      }),
    ],
    optimization: { ...optimization(), minimize: false },
  };
}

/** Read again when the brand's file changes, for those who watch. */
function offered(services) {
  if (services === undefined) return 'null';
  return webpack.DefinePlugin.runtimeValue(() => JSON.stringify(services.read()), {
    fileDependencies: [services.file],
  });
}

/**
 * Webpack names a borrowed part after the import of it that was resolved first, which differs from run to run. This
 * names it after the first import as the modules are written, from the entry on.
 */
const namesByOrder = {
  apply(compiler) {
    compiler.hooks.compilation.tap('namesByOrder', ({ hooks, entries, moduleGraph }) => {
      hooks.finishModules.tap('namesByOrder', () => {
        const seen = new Set();
        const waiting = [...entries.values()].flatMap(({ dependencies }) => dependencies);
        for (const dependency of waiting) {
          const module = moduleGraph.getModule(dependency);
          if (!module || seen.has(module)) continue;
          seen.add(module);
          if (module.externalType === 'amd') module.userRequest = dependency.request;
          waiting.push(...module.dependencies);
        }
      });
    });
  },
};

/**
 * Turns an import of a module that another part holds into a dependency on that part. What a part lends is read anew for
 * each build, because it changes while somebody watches.
 */
function lentBy(parts) {
  const lender = new Map();
  const read = () => {
    lender.clear();
    for (const part of parts) {
      for (const file of filesIn(entryOf(part))) lender.set(file, request(part));
    }
  };
  return {
    externals: async ({ context, request: file }) =>
      file?.startsWith('.') ? lender.get(path.join(context, file)) : undefined,
    apply(compiler) {
      compiler.hooks.compile.tap('lentBy', read);
      compiler.hooks.afterCompile.tap('lentBy', ({ fileDependencies }) => {
        for (const part of parts) fileDependencies.add(entryOf(part));
      });
    },
  };
}

/** The modules that a part's entry lends; none while an editor replaces it, which the build of that part reports. */
function filesIn(entry) {
  if (!existsSync(entry)) return [];
  const lines = readFileSync(entry, 'utf8').matchAll(/^export \* from '(.+)';$/gm);
  return [...lines].map(([, file]) => path.join(SOURCES, 'parts', file));
}

/** A minified file of other people's code. */
function vendor(name, { output: library, ...rest }) {
  return {
    ...common(name),
    ...rest,
    output: { ...output(), ...library },
    plugins: [
      ...(rest.plugins ?? []),
      new webpack.DefinePlugin({ 'process.env.NODE_ENV': JSON.stringify('production') }),
    ],
    optimization: { ...optimization(), minimizer: [minimizer()] },
  };
}

/** What the minifier does for few bytes costs more than it saves once the file is compressed. */
function minimizer() {
  const compress = { passes: 2, ecma: 2020, inline: 1, reduce_vars: false };
  return new MinimizerPlugin({
    extractComments: false,
    terserOptions: { ecma: 2020, compress, format: { comments: false } },
  });
}

function common(name) {
  return {
    name,
    context: root,
    mode: 'production',
    // A source map would be refused, and the widget's own code needs none: it is readable.
    devtool: false,
    target: ['web', 'es2020'],
    // The budget of `npm run check` counts what users fetch, compressed; webpack's hint does not.
    performance: { hints: false },
  };
}

function output() {
  return {
    filename: '[name].js',
    asyncChunks: false,
    uniqueName: 'kommo-chat-connector',
  };
}

function optimization() {
  return { moduleIds: 'named', chunkIds: 'named', splitChunks: false, runtimeChunk: false };
}
