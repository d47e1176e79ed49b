import { base64, byId, FILE_MAX, make, replaceKept } from '../../page-parts/elements.js';
import { ask } from '../../page-parts/requests.js';
import { messageElement, summaryOf } from './message.js';

/** @typedef {import('./message.js').Seen} Seen */
/** @typedef {{query_id: string, answer: {text?: string, show_alert?: boolean, url?: string} | null}} Press */
/** @typedef {{is_blocked: boolean, action: string | null, messages: Seen[], presses: Press[]}} Chat */

const CONTROL = '/__emulator/services/telegram';
/** What the bot does stays on the screen so long, unless it goes on. */
const ACTION_MS = 5000;

/** Written to whoever opens the page first. */
const FIRST_CLIENT = {
  id: 555,
  first_name: 'Ana',
  language_code: 'es',
  phone_number: '5511999990000',
};

const view = {
  bot: byId('bot', HTMLSelectElement),
  client: byId('client', HTMLSelectElement),
  block: byId('block', HTMLButtonElement),
  log: byId('log', HTMLDivElement),
  empty: byId('empty', HTMLParagraphElement),
  status: byId('status', HTMLParagraphElement),
  composer: byId('composer', HTMLFormElement),
  context: byId('context', HTMLDivElement),
  text: byId('text', HTMLTextAreaElement),
  picture: byId('pictureInput', HTMLInputElement),
  file: byId('fileInput', HTMLInputElement),
  person: byId('person', HTMLDialogElement),
};

/** @type {{chat: Chat, replyTo: Seen | null, editing: Seen | null, stream: EventSource | null, isActing: boolean, actionTimer: number}} */
const state = {
  chat: { is_blocked: false, action: null, messages: [], presses: [] },
  replyTo: null,
  editing: null,
  stream: null,
  isActing: false,
  actionTimer: 0,
};
/** @type {Map<number, {json: string, element: HTMLElement}>} */
const shown = new Map();
/** @type {Set<string>} */
const answersTold = new Set();

/** @param {string} text */
function say(text, isWrong = false) {
  view.status.textContent = text;
  view.status.classList.toggle('wrong', isWrong);
}

/**
 * An act of the client; what goes wrong stands in the status line.
 *
 * @param {string} path
 * @param {object} body
 */
async function act(path, body) {
  try {
    await ask(CONTROL + path, { bot: view.bot.value, client: Number(view.client.value), ...body });
    say('');
    await refresh();
    return true;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), true);
    return false;
  }
}

/** @type {import('./message.js').Acts} */
const acts = {
  reply: (message) => setContext(message, null),
  edit: (message) => setContext(null, message),
  react: (message, emoji) => act('/react', { message_id: message.message_id, emoji }),
  remove: (message) => act('/delete', { message_id: message.message_id }),
  press: (message, { text, callback_data: data }) =>
    act('/press', {
      message_id: message.message_id,
      ...(data === undefined ? { text } : { data }),
    }),
};

/**
 * @param {Seen | null} replyTo
 * @param {Seen | null} editing
 */
function setContext(replyTo, editing) {
  state.replyTo = replyTo;
  state.editing = editing;
  const message = replyTo ?? editing;
  view.context.hidden = message === null;
  if (message !== null) {
    const label = view.context.firstElementChild;
    const words = `${editing === null ? 'Reply to' : 'Edit'}: ${summaryOf(message)}`;
    if (label !== null) label.textContent = words;
    view.text.value = editing === null ? view.text.value : (editing.text ?? editing.caption ?? '');
    view.text.focus();
  } else if (editing === null) view.text.value = '';
}

async function refresh() {
  const query = `bot=${encodeURIComponent(view.bot.value)}&chat_id=${view.client.value}`;
  state.chat = await ask(`${CONTROL}/chat?${query}`);
  render();
}

function render() {
  const { messages, is_blocked: isBlocked, action, presses } = state.chat;
  const isAtEnd = view.log.scrollHeight - view.log.scrollTop - view.log.clientHeight < 80;
  const byNumber = new Map(messages.map((message) => [message.message_id, message]));
  for (const message of messages) show(message, (id) => byNumber.get(id));
  for (const [id, { element }] of shown) {
    if (byNumber.has(id)) continue;
    element.remove();
    shown.delete(id);
  }
  view.empty.hidden = messages.length > 0;
  view.block.textContent = isBlocked ? 'Unblock the bot' : 'Block the bot';
  view.block.setAttribute('aria-pressed', String(isBlocked));
  if (isAtEnd) view.log.scrollTop = view.log.scrollHeight;
  showAction(action);
  for (const { query_id: id, answer } of presses) {
    if (answer === null || answersTold.has(id)) continue;
    answersTold.add(id);
    if (answer.text) say(`The bot answers: ${answer.text}`);
  }
}

/**
 * Only what changed is replaced, so that nothing else is read out again and the focus stays.
 *
 * @param {Seen} message
 * @param {(id: number) => Seen | undefined} find
 */
function show(message, find) {
  const json = JSON.stringify(message);
  const known = shown.get(message.message_id);
  if (known?.json === json) return;
  const element = messageElement(message, find, acts);
  if (known === undefined) view.log.append(element);
  else replaceKept(known.element, element);
  shown.set(message.message_id, { json, element });
}

/** @param {string | null} action none, once the bot's message has come */
function showAction(action) {
  clearTimeout(state.actionTimer);
  if (action === null) {
    if (state.isActing) say('');
    state.isActing = false;
    return;
  }
  say(action === 'typing' ? 'The bot is typing…' : `The bot: ${action.replaceAll('_', ' ')}…`);
  state.isActing = true;
  state.actionTimer = setTimeout(() => showAction(null), ACTION_MS);
}

/** Shows the chosen bot's chat with the chosen client, and follows it. */
async function open() {
  state.stream?.close();
  for (const { element } of shown.values()) element.remove();
  shown.clear();
  setContext(null, null);
  say('');
  const query = `bot=${encodeURIComponent(view.bot.value)}&chat_id=${view.client.value}`;
  const stream = new EventSource(`${CONTROL}/changes?${query}`);
  stream.addEventListener('open', () => refresh());
  stream.addEventListener('message', () => refresh());
  state.stream = stream;
  await refresh();
  view.log.scrollTop = view.log.scrollHeight;
  const address = new URL(location.href);
  address.searchParams.set('bot', view.bot.value);
  address.searchParams.set('client', view.client.value);
  history.replaceState(null, '', address);
}

/** @param {number} [chosen] */
async function loadClients(chosen) {
  let { clients } = await ask(`${CONTROL}/clients`);
  if (clients.length === 0) {
    await ask(`${CONTROL}/client`, { client: FIRST_CLIENT });
    ({ clients } = await ask(`${CONTROL}/clients`));
  }
  view.client.replaceChildren(
    ...clients.map((/** @type {{id: number, first_name: string, last_name?: string}} */ one) => {
      const name = [one.first_name, one.last_name].filter(Boolean).join(' ');
      return make('option', { value: String(one.id) }, [`${name} (${one.id})`]);
    }),
  );
  if (chosen !== undefined) view.client.value = String(chosen);
  if (view.client.value === '') view.client.selectedIndex = 0;
}

/**
 * @param {HTMLInputElement} input
 * @param {'photo' | 'document'} kind
 */
async function sendChosen(input, kind) {
  const [file] = input.files ?? [];
  input.value = '';
  if (file === undefined) return;
  if (file.size > FILE_MAX) return say('The emulator takes files up to 4 MB here.', true);
  const content = await base64(file);
  const mime = file.type || 'application/octet-stream';
  await send({ kind, file: { name: file.name, mime, content_base64: content }, ...captionNow() });
}

function captionNow() {
  const caption = view.text.value.trim();
  return caption === '' ? {} : { caption };
}

/** @param {object} message */
async function send(message) {
  if (state.chat.is_blocked) return say('You have blocked the bot. Unblock it to write.', true);
  const reply = state.replyTo === null ? {} : { reply_to: state.replyTo.message_id };
  if (await act('/send', { ...message, ...reply })) {
    setContext(null, null);
    view.log.scrollTop = view.log.scrollHeight;
  }
}

async function submit() {
  const text = view.text.value.trim();
  if (text === '') return;
  const { editing } = state;
  if (editing === null) return await send({ kind: 'text', text });
  const part = editing.text === null ? 'caption' : 'text';
  if (await act('/edit', { message_id: editing.message_id, [part]: text })) setContext(null, null);
}

view.composer.addEventListener('submit', (event) => {
  event.preventDefault();
  void submit();
});
view.text.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    void submit();
  }
  if (event.key === 'Escape') setContext(null, null);
});
byId('drop', HTMLButtonElement).addEventListener('click', () => setContext(null, null));
for (const element of view.composer.querySelectorAll('[data-kind]')) {
  const kind = element.getAttribute('data-kind');
  element.addEventListener('click', () => {
    void send({ kind, ...(kind === 'contact' && { own: true }) });
  });
}
byId('picture', HTMLButtonElement).addEventListener('click', () => view.picture.click());
byId('file', HTMLButtonElement).addEventListener('click', () => view.file.click());
view.picture.addEventListener('change', () => void sendChosen(view.picture, 'photo'));
view.file.addEventListener('change', () => void sendChosen(view.file, 'document'));
view.block.addEventListener('click', () => {
  void act(state.chat.is_blocked ? '/unblock' : '/block', {});
});
view.bot.addEventListener('change', () => void open());
view.client.addEventListener('change', () => void open());
byId('add', HTMLButtonElement).addEventListener('click', () => view.person.showModal());
view.person.addEventListener('close', async () => {
  const form = view.person.querySelector('form');
  if (view.person.returnValue !== 'add' || form === null) return;
  const given = [...new FormData(form)].filter(([, value]) => value !== '');
  const fields = Object.fromEntries(given);
  const client = { ...fields, id: Number(fields.id) };
  form.reset();
  try {
    await ask(`${CONTROL}/client`, { client });
    await loadClients(client.id);
    await open();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), true);
  }
});

const asked = new URL(location.href).searchParams;
const { bots } = await ask(`${CONTROL}/bots`);
view.bot.replaceChildren(
  ...bots.map((/** @type {{username: string, first_name: string}} */ bot) =>
    make('option', { value: bot.username }, [`${bot.first_name} (@${bot.username})`]),
  ),
);
if (asked.has('bot')) view.bot.value = asked.get('bot') ?? '';
if (view.bot.value === '') view.bot.selectedIndex = 0;
await loadClients(asked.has('client') ? Number(asked.get('client')) : undefined);
await open();
