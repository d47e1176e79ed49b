/**
 * What runs each command of the documentation. A command without a line here fails
 * `tests/pack/documented-commands.test.ts`, and so does a line without a command.
 *
 * Commands stand as `documented-commands.ts` reads them: on one line, without comments, cut at `&&`.
 */
export type Coverage =
  | Run<'script'>
  | Run<'shell'>
  | Asked<'emulator'>
  | Asked<'product'>
  | Run<'suite'>
  | Tested
  | InJob
  | Unrun;

/**
 * `script` and `shell`: run as they stand by `tests/pack/documented-commands.test.ts`. `suite`: parts of the suite itself;
 * the files, projects and parts that they name must be there.
 */
interface Run<By extends string> {
  by: By;
  commands: readonly string[];
}

/** Calls of an emulator, run by the same test, or of the whole product, run by `tests/e2e/npm-start.spec.ts`. */
interface Asked<By extends string> extends Run<By> {
  /** What it is answered with. */
  status: number;
}

/** Run by another test. */
interface Tested extends Run<'test'> {
  file: string;
  title: string;
  /** Stands in the test's file, or in the one that `via` names, and so does the program that an npm script starts. */
  proof: string;
  via?: string;
}

/** Run by a job of CI, in these words. */
interface InJob extends Run<'job'> {
  file: string;
  proof: string;
}

/** Nothing here can run it. */
interface Unrun extends Run<'nobody'> {
  why: string;
}

const CI = '.github/workflows/ci.yml';
const NIGHTLY = '.github/workflows/nightly.yml';

export const COVERAGE: readonly Coverage[] = [
  {
    by: 'script',
    commands: [
      'npm run admin -- --help',
      'npm run bench -- --help',
      'npm run emulator -- --help',
      'npm run gallery -- --help',
      'npm run gallery -- --list',
      'npm run new:connector -- --help',
    ],
  },
  {
    by: 'shell',
    commands: [
      'echo "k1:$(openssl rand -base64 32)"',
      'openssl rand -hex 32',
      'node -e \'const l=require("./package-lock.json").packages;for(const[k,v]of Object.entries(l))for(const n in v.optionalDependencies??{})if(!Object.keys(l).some(x=>x.endsWith("node_modules/"+n)))console.log(k,n)\'',
    ],
  },
  {
    by: 'emulator',
    status: 200,
    commands: [
      `curl -X POST http://127.0.0.1:9000/__emulator/switches -H 'Content-Type: application/json' -d '{"theme":"dark"}'`,
      'curl http://127.0.0.1:9000/__emulator/switches',
      `curl -X POST http://127.0.0.1:9000/__emulator/answers -H 'Content-Type: application/json' -d '{"method":"GET","path":"/ajax/v1/tags/list","status":200,"body":[{"id":1,"name":"new"}]}'`,
      'curl http://127.0.0.1:9000/__emulator/answers',
      "curl -X DELETE 'http://127.0.0.1:9000/__emulator/answers?id=1'",
      `curl -X POST http://127.0.0.1:9000/__emulator/faults -H 'Content-Type: application/json' -d '{"match":{"path":"/ajax/v2/integrations/*"},"times":3,"action":{"status":503}}'`,
    ],
  },
  // No widget ran in it.
  { by: 'emulator', status: 417, commands: ['curl -i http://127.0.0.1:9000/__emulator/verdict'] },
  {
    by: 'product',
    status: 200,
    commands: [
      'curl http://127.0.0.1:8080/health/ready',
      'curl -i http://127.0.0.1:8080/health/ready',
      'curl https://connector.example.com/openapi.json',
    ],
  },
  {
    by: 'product',
    status: 400,
    commands: ['curl -i https://connector.example.com/kommo/oauth/callback'],
  },
  {
    by: 'product',
    status: 403,
    commands: [
      'curl -i https://connector.example.com/kommo/disabled',
      "curl -i -X POST https://connector.example.com/kommo/chats/test -H 'Content-Type: application/json' -d '{}'",
    ],
  },
  {
    by: 'suite',
    commands: [
      'npm test',
      'npm run test:all',
      'npm run test:e2e',
      'npm test -- --only=unit',
      'npm test -- --only=unit,widget',
      'npm test -- --only=browser --shard=1/2',
      'npm run test:unit -- --testPathPatterns settings',
      'RACE_ROUNDS=100 npm run test:unit -- tests/races/message-kills.test.ts --selectProjects server-postgres',
    ],
  },
  {
    by: 'test',
    file: 'tests/access/access-table.unit.test.ts',
    title: 'docs/access.md is what the access matrix says (UPDATE_DOCS=1 writes it)',
    proof: "process.env.UPDATE_DOCS === '1'",
    commands: ['UPDATE_DOCS=1 npm run test:unit -- --testPathPatterns access-table'],
  },
  {
    by: 'test',
    file: 'tests/access/errors.test.ts',
    title: 'docs/http-reference.md is that description (UPDATE_DOCS=1 writes it)',
    proof: "process.env.UPDATE_DOCS === '1'",
    commands: ['UPDATE_DOCS=1 npm run test:unit -- --testPathPatterns access/errors'],
  },
  {
    by: 'test',
    file: 'tests/connectors/message-battery.ts',
    title: 'what is carried, and why not, stands in the documentation as it is',
    proof: "process.env.WRITE_TABLES === '1'",
    via: 'tests/connectors/support/carried-table.ts',
    commands: [
      'WRITE_TABLES=1 npm run test:unit -- battery',
      'WRITE_TABLES=1 npm run test:unit -- battery --selectProjects unit',
    ],
  },
  {
    by: 'test',
    file: 'tests/e2e/npm-start.spec.ts',
    title: 'npm start prints an address where the widget is, and the documented addresses answer',
    proof: "'start'",
    commands: [
      'npm start',
      'PORT=8081 EMULATOR_PORT=9001 npm start',
      'DATA_DIR=.data-2 PORT=8081 EMULATOR_PORT=9001 npm start',
      // Any variable is handed on to the backend.
      'ACME_DESK_URL=http://127.0.0.1:7000 npm start',
    ],
  },
  {
    by: 'test',
    file: 'tests/e2e/npm-start.spec.ts',
    title: 'npm run dev prints the same address',
    proof: "'run', 'dev'",
    commands: [
      'npm run dev',
      'PORT=8081 EMULATOR_PORT=9001 DEV_PORT=9101 DATA_DIR=.data-2 npm run dev',
    ],
  },
  {
    by: 'test',
    file: 'tests/e2e/development.spec.ts',
    title: 'saved files and faults show in the open modal, which stays where it is',
    // At localhost: a tunnel leads there.
    proof: "src/dev/dev.ts'), '--live'",
    via: 'tests/e2e/support/development-copy.ts',
    commands: [
      'WIDGET_API_URL=https://backend-words.trycloudflare.com npm run dev -- --live https://widget-words.trycloudflare.com',
    ],
  },
  {
    by: 'test',
    file: 'tests/e2e/development.spec.ts',
    title: 'saved files and faults show in the open modal, which stays where it is',
    proof: "CHECK, '--widget', development.zip",
    commands: ['npm run check -- --widget dist/live/widget.zip'],
  },
  {
    by: 'nobody',
    why: 'npm run check, which CI runs, runs the same compilers',
    commands: ['npm run types'],
  },
  {
    by: 'nobody',
    why: 'it changes the files of the project; npm run check, which CI runs, says that there is nothing to change',
    commands: ['npm run format'],
  },
  {
    by: 'nobody',
    why: 'it opens a tunnel to this machine at a service of somebody else’s',
    commands: [
      'cloudflared tunnel --url http://localhost:8080',
      'cloudflared tunnel --url http://localhost:9100',
    ],
  },
  {
    by: 'nobody',
    why: 'it needs a .env with an integration of Kommo; tests/process/stop.test.ts starts the same program with variables of its own',
    commands: ['npx node --env-file=.env src/server/main.js'],
  },
  {
    by: 'test',
    file: 'tests/process/stop.test.ts',
    title: '%s to npm ends the backend in good order, and npm only after it',
    proof: "launch('npm', ['run', 'server'])",
    commands: ['npm run server', 'node src/server/main.js'],
  },
  {
    by: 'test',
    file: 'tests/process/admin.test.ts',
    title: 'it reads the database of a backend, and what it ends there the backend cleans up',
    proof: '/src/server/admin/main.ts',
    via: 'tests/support/admin.ts',
    commands: [
      'npm run admin',
      'npm run admin --',
      'npm run admin -- <command>',
      'npm run admin -- accounts',
      'npm run admin -- accounts show <account>',
    ],
  },
  {
    by: 'test',
    file: 'tests/admin/accounts.test.ts',
    title: 'has a worker bring the sources back that are gone from Kommo',
    proof: "json('accounts', 'resync', 'demo')",
    via: 'tests/support/admin.ts',
    commands: ['npm run admin -- accounts resync <account>'],
  },
  {
    by: 'test',
    file: 'tests/admin/keys.test.ts',
    title: 'check opens everything, by the key it is sealed with',
    proof: "run([oldKey], 'keys', 'check')",
    via: 'tests/support/admin.ts',
    commands: ['npm run admin -- keys check'],
  },
  {
    by: 'test',
    file: 'tests/admin/accounts.test.ts',
    title: 'that wait or have failed are listed by host, without the code',
    proof: "run('codes')",
    via: 'tests/support/admin.ts',
    commands: ['npm run admin -- codes'],
  },
  {
    by: 'test',
    file: 'tests/pack/built-widget.test.ts',
    title: 'Kommo would accept the package',
    proof: '/src/pack/build.ts',
    commands: ['npm run build', 'WIDGET_API_URL=https://connector.example.com npm run build'],
  },
  {
    by: 'test',
    file: 'tests/e2e/branding.spec.ts',
    title:
      'a brand is in the package, on the screen in both themes, and on the pages of the backend',
    proof: "'--brand', BRAND, '--out', out",
    commands: ['npm run build -- --brand docs/examples/acme-brand/brand.json'],
  },
  {
    by: 'test',
    file: 'tests/emulator/command-line.test.ts',
    title: 'says of %s line for line what npm run check says of it',
    proof: '/src/pack/check.ts',
    commands: [
      'npm run check -- --widget <folder or zip>',
      'npm run check -- --widget dist/widget.zip',
    ],
  },
  {
    by: 'test',
    file: 'tests/emulator/command-line.test.ts',
    title: 'reloads open pages when a file of the %s of the widget changes',
    proof: "serve('--watch', '--widget', path)",
    commands: [
      'npm run emulator -- --widget <folder or zip>',
      'npm run emulator -- --widget ../my-widget --watch',
    ],
  },
  {
    by: 'test',
    file: 'tests/emulator/command-line.test.ts',
    title: 'offers a module and an answer that the developer has, and notes what they replace',
    proof: "'--answer', 'GET /ajax/v1/tags/list=418'",
    commands: [
      'npx kommo-widget-emulator --widget ./my-widget --module lib/common/fn=./fake/fn.js --answer "GET /ajax/v1/tags/list=./fake/tags.json" --answer "* /private/api/v2/json/*=./fake/empty.json"',
    ],
  },
  {
    by: 'test',
    file: 'tests/pack/emulator-package.test.ts',
    title: 'judges a widget by its exit code',
    proof: "run('--check', '--widget', good)",
    commands: ['npx kommo-widget-emulator --widget ./my-widget --check'],
  },
  {
    by: 'test',
    file: 'tests/pack/emulator-package.test.ts',
    title: 'opens a widget with every library of its page, and the doubles of the services',
    proof: "serve('--widget', widget",
    commands: [
      'npx kommo-widget-emulator --widget ./my-widget &',
      'npx kommo-widget-emulator --widget ./my-widget --watch',
    ],
  },
  {
    by: 'test',
    file: 'tests/e2e/emulator-ci-example.spec.ts',
    title: 'passes a widget that works',
    proof: '--config=tests/e2e/support/example.config.ts',
    commands: ['npx playwright test emulator-ci.spec.ts'],
  },
  {
    by: 'test',
    file: 'tests/connectors/new-connector.test.ts',
    title: 'leaves connectors that pass both batteries and carry a text both ways',
    proof: "'src/dev/new-connector.ts'",
    commands: [
      'npm run new:connector',
      'npm run new:connector -- acme-desk --auth api-key',
      'npm run new:connector -- acme-desk --auth api-key --name "Acme Desk"',
      'npm run test:unit -- tests/connectors/acme-desk.test.ts --selectProjects unit',
    ],
  },
  {
    by: 'test',
    file: 'tests/connectors/new-connector.test.ts',
    title: 'leaves a connector that carries a text both ways through the running product',
    proof: "'docs/examples/acme-desk.mjs'",
    commands: ['PORT=7000 node docs/examples/acme-desk.mjs'],
  },
  {
    by: 'test',
    file: 'tests/connectors/new-connector.test.ts',
    title: 'leaves a connector that carries a text both ways through the running product',
    proof: "shellBlock('docs/connectors.md'",
    commands: [
      `kommo() { curl -sS -H 'content-type: application/json' "http://127.0.0.1:9000/__emulator$1" -d "$2"; }`,
      `backend() { curl -sS -X "$1" "http://127.0.0.1:8080/messenger$2" \${3:+-H 'content-type: application/json' -d "$3"} -H "x-auth-token: $(kommo /token '{"account":"demo"}' | jq -r .token)" -H "idempotency-key: $RANDOM-$RANDOM" }`,
      `kommo /install '{"account":"demo"}'`,
      `until attempt=$(backend POST /channels '{"connector":"acme-desk"}' | jq -er .attempt.id); do sleep 1; done`,
      `backend POST "/attempts/$attempt/credentials" '{"values":{"key":"acme-key-1"},"confirm":true}'`,
      `backend PUT /settings "$(backend GET /settings | jq -c '{version, default_channel_id, preferences, channels: [.channels[] | {id, name, pipeline_ids}]}')"`,
      `chat=$(kommo /chats/wait '{"text":"Hello"}' | jq -r '.messages[0].chat_id')`,
      `kommo /chat "{\\"account\\":\\"demo\\",\\"conversation_id\\":\\"$chat\\",\\"text\\":\\"Hello from Kommo\\"}"`,
      `kommo /chats/wait '{"text":"Hello from Kommo","delivery":2}' | jq '.messages[0].delivery'`,
    ],
  },
  {
    by: 'test',
    file: 'tests/process/backup.test.ts',
    title: 'fills an empty database, and no other',
    proof: "run('restore.sh'",
    commands: [
      'DATABASE_URL=postgres://connector@127.0.0.1/connector_restored docs/operations/restore.sh /var/backups/connector-2026-11-28.dump',
      'DATABASE_URL=postgres://connector@127.0.0.1/connector docs/operations/backup.sh /var/backups/connector-$(date +%F).dump',
    ],
  },
  { by: 'job', file: CI, proof: 'run: npm ci', commands: ['npm ci'] },
  { by: 'job', file: CI, proof: 'run: npm run check', commands: ['npm run check'] },
  {
    by: 'job',
    file: CI,
    proof: 'run: npm run build:emulator && npm pack ./dist/emulator',
    commands: ['npm run build:emulator', 'npm pack ./dist/emulator'],
  },
  {
    by: 'job',
    file: '.github/try-emulator.sh',
    proof: 'npm install --no-audit --no-fund "$package"',
    commands: ['npm install --save-dev ./kommo-widget-emulator-0.1.0.tgz'],
  },
  {
    by: 'job',
    file: NIGHTLY,
    proof: 'run: npm run bench',
    commands: [
      'npm run bench',
      'npm run bench -- --write',
      'npm run bench -- read messages',
      'npm run bench -- start-up memory --write',
    ],
  },
  {
    by: 'job',
    file: 'Dockerfile',
    proof: 'RUN node src/server/main.js --compile-only',
    commands: ['node src/server/main.js --compile-only'],
  },
  {
    by: 'job',
    file: 'Dockerfile',
    proof: 'npm ci --omit=dev',
    commands: ['npm ci --omit=dev'],
  },
  {
    by: 'job',
    file: 'Dockerfile',
    proof: 'npm ci --omit=dev --omit=optional --ignore-scripts',
    commands: ['npm ci --ignore-scripts'],
  },
  { by: 'nobody', why: 'it is what runs the tests', commands: ['.ci/run'] },
  {
    by: 'nobody',
    why: 'tests/e2e/branding.spec.ts judges the same package, and shows it in the emulator with the brand on the backend’s pages',
    commands: [
      'npm run check -- --brand docs/examples/acme-brand/brand.json',
      'npm start -- --brand docs/examples/acme-brand/brand.json',
    ],
  },
  {
    by: 'nobody',
    why: 'it makes a database on the server that is the default of the machine; the tests make theirs where they are told',
    commands: [
      'createuser --pwprompt connector',
      'createdb --owner=connector connector',
      'createdb --owner=connector connector_restored',
    ],
  },
  {
    by: 'nobody',
    why: 'it takes a repository somewhere else',
    commands: [
      'git clone <address of this repository> chat-connector',
      'cd chat-connector',
      "git tag -a v1.2.3 -m 'v1.2.3'",
      'git push origin v1.2.3',
      'npm version 1.2.3 --no-git-tag-version',
    ],
  },
  {
    by: 'nobody',
    why: 'it downloads a browser, or the vendor’s generator with packages of its own',
    commands: [
      'npm install --no-save ./kommo-widget-emulator-0.1.0.tgz @playwright/test',
      'npx playwright install chromium',
      'npm install --legacy-peer-deps',
      'npm install --legacy-peer-deps --no-save ajv@8',
      'npm run build:no-lint',
      'GENERATOR_DEMO=…/client/dist npm run bench -- widget screens',
    ],
  },
  {
    by: 'nobody',
    why: 'it draws for minutes, and what it writes is committed by hand; the states are those that tests/e2e/gallery-*.spec.ts walk',
    commands: [
      'npm run gallery',
      'npm run gallery -- --only key --lang pt',
      'npm run gallery -- --after',
      'npm run images',
      'GALLERY=some npm run test:e2e -- gallery',
      'GALLERY=all npm run test:e2e -- gallery',
      'GALLERY=some UPDATE_TREES=1 npm run test:e2e -- gallery-states',
      'PICTURES=docs/services/images npm run test:e2e -- whatsapp-conversation',
    ],
  },
  {
    by: 'nobody',
    why: 'it needs Docker, which a machine for tests need not have',
    commands: [
      'cp .env.example .env',
      'chmod 600 .env',
      'docker compose up -d --build',
      'docker compose build',
      'docker compose up -d --no-deps --wait web-1',
      'docker compose up -d --no-deps --wait web-2',
      'docker compose up -d --no-deps --wait worker',
      'docker compose exec worker node src/server/admin/main.ts <command>',
      'docker compose exec -T database pg_dump -U connector --format=custom --no-owner connector > connector.dump',
      'docker stop -t 30',
      'docker compose cp docs/operations/restore.sh database:/tmp/',
      'docker compose cp connector.dump database:/tmp/',
      'docker compose exec database createdb -U connector connector_restored',
      "docker compose exec -e DATABASE_URL='postgres:///connector_restored?user=connector' database sh /tmp/restore.sh /tmp/connector.dump",
      "docker compose exec database psql -U connector -d postgres -c 'alter database connector rename to connector_before' -c 'alter database connector_restored rename to connector'",
      'docker compose up -d',
    ],
  },
  {
    by: 'nobody',
    why: 'it changes a machine: users, folders of the system, systemd, a proxy',
    commands: [
      'cd /opt/chat-connector',
      'useradd --system --home-dir /var/lib/chat-connector --shell /usr/sbin/nologin chat-connector',
      'install -d -m 700 /etc/chat-connector',
      'install -m 600 .env.example /etc/chat-connector/common.env',
      "printf 'ROLE=web\\nPORT=8080\\n' > /etc/chat-connector/web-1.env",
      "printf 'ROLE=web\\nPORT=8081\\n' > /etc/chat-connector/web-2.env",
      "printf 'ROLE=worker\\nPORT=8090\\n' > /etc/chat-connector/worker.env",
      'cp docs/operations/chat-connector@.service /etc/systemd/system/',
      'systemctl daemon-reload',
      'systemctl enable --now chat-connector@web-1 chat-connector@web-2 chat-connector@worker',
      'systemctl restart chat-connector@web-1',
      'systemctl restart chat-connector@web-2',
      'systemctl restart chat-connector@worker',
      'systemctl start',
      'nginx -s reload',
      'promtool test rules',
    ],
  },
];
