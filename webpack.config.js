import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import webpack from 'webpack';

const root = path.dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** What the widget shares with nobody and changes only when a dependency does. */
const VENDOR_MODULES = ['react', 'react/jsx-runtime', 'react-dom', 'react-dom/client', 'i18next'];

/** The version is the cache key of a part: never a time stamp, or two builds would differ. */
const VENDOR_REQUEST = `./vendor.js?v=${version}`;

/**
 * The parts of the widget, each an AMD module of its own:
 *
 *   script.js     the entry; Kommo loads it on every page of the account
 *   app.js        the settings screen; the entry asks the host's `require` for it
 *   connect.js    the panels that connect a channel; app.js asks for them when one is to be connected
 *   dialogs.js    dialogs, notices and forms that few people see; app.js asks for them when one is to be shown
 *   vendor.js     React and i18next, minified; a dependency of the three above
 *   amplitude.js  only when AMPLITUDE_API_KEY is set
 *
 * Webpack's own way to load a part on demand inserts a script element, which Kommo's moderation
 * refuses, so every part is fetched by the AMD loader of the page instead.
 *
 * @param {{ outDir?: string }} [env] where the build may write; `src/pack/bundle.ts` says
 * @returns {import('webpack').MultiConfiguration}
 */
export default function configure({ outDir = path.join(root, 'dist') } = {}) {
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
  const configurations = [...minified, widget({ apiUrl, amplitudeKey, manifest })];
  for (const { output } of configurations) output.path = path.join(outDir, 'webpack');
  return configurations;
}

/** Our own code: not minified, because Kommo reads what it publishes. */
function widget({ apiUrl, amplitudeKey, manifest }) {
  return {
    ...common('widget'),
    dependencies: ['vendor'],
    entry: {
      script: { import: './src/widget/index.ts', library: { type: 'amd', export: 'default' } },
      app: { import: './src/widget/mount.tsx', library: { type: 'amd' } },
      connect: { import: './src/widget/connect/panels.tsx', library: { type: 'amd' } },
      dialogs: { import: './src/widget/dialogs/dialogs.tsx', library: { type: 'amd' } },
    },
    output: { ...output(), cssFilename: 'style.css' },
    experiments: { css: true },
    externalsType: 'amd',
    externals: { jquery: 'jquery' },
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
      new webpack.DefinePlugin({
        WIDGET_API_URL: JSON.stringify(apiUrl),
        AMPLITUDE_API_KEY: JSON.stringify(amplitudeKey),
        WIDGET_VERSION: JSON.stringify(version),
      }),
      new webpack.DllReferencePlugin({
        context: root,
        manifest,
        name: VENDOR_REQUEST,
        sourceType: 'amd',
      }),
    ],
    optimization: { ...optimization(), minimize: false },
  };
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
    optimization: optimization(),
  };
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
