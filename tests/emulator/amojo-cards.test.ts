import { type AmojoBench, openAmojoBench } from '../support/amojo-bench.ts';
import { CHANNEL, SCOPE } from '../support/amojo-vectors.ts';
import { call, installed } from '../support/emulator-client.ts';

let bench: AmojoBench;
let token: string;

beforeAll(async () => {
  bench = await openAmojoBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.reset({ mediaFetch: 'never', rateLimit: 0 });
  bench.emulator.useBackend(bench.backend.url);
  token = (await installed(bench.emulator)).access_token;
  bench.backend.received.length = 0;
});

const rest = (path: string, json?: unknown, method?: string) =>
  call(bench.emulator, `/api/v4${path}`, { token, json, ...(method !== undefined && { method }) });
const cardOf = () => {
  const { contact_id, lead_id, is_linked } = bench.chat();
  return { contact_id, lead_id, is_linked };
};
const leadCount = () =>
  bench.emulator.state.leads.filter(({ account_id: id }) => id === 31263018).length;

describe('the first message of a client', () => {
  test('makes a contact and an incoming lead in the pipeline of its source', async () => {
    await rest('/sources', [
      { name: 'First', external_id: 'one', pipeline_id: 7001, default: true },
      { name: 'Second', external_id: 'two', pipeline_id: 7002 },
    ]);
    await bench.message({ source: { external_id: 'two' } });
    const { contact_id: contactId, lead_id: leadId } = bench.chat();
    const { json } = await rest('/leads/unsorted?filter[category][]=chats');
    expect(json).toMatchObject({
      _total_items: 1,
      _embedded: {
        unsorted: [
          {
            category: 'chats',
            pipeline_id: 7002,
            source_uid: 'two',
            source_name: 'Second',
            metadata: {
              client: { name: 'Client' },
              origin: { chat_id: bench.chat().id },
              last_message_text: 'Hello',
            },
            _embedded: { contacts: [{ id: contactId }], leads: [{ id: leadId }] },
          },
        ],
      },
    });
    expect((await rest(`/leads/${leadId}?with=contacts`)).json).toMatchObject({
      pipeline_id: 7002,
      status_id: 700201,
      _embedded: { contacts: [{ id: contactId, is_main: true }] },
    });
    expect((await rest(`/contacts/${contactId}?with=leads`)).json).toMatchObject({
      name: 'Client',
      custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+79151112233' }] }],
      _embedded: { leads: [{ id: leadId }] },
    });
    expect((await rest(`/contacts/chats?chat_id=${bench.chat().id}`)).json).toMatchObject({
      _embedded: { chats: [{ contact_id: contactId }] },
    });
  });

  test('goes to the default source’s pipeline if its source is unknown, and to the main one without', async () => {
    await bench.message({ source: { external_id: 'nobody' } });
    await rest('/sources', [{ name: 'A', external_id: 'a', pipeline_id: 7004, default: true }]);
    await bench.message({ msgid: 'm-2', conversation_id: 'c-2' });
    const [one, two] = bench.emulator.state.unsorted;
    expect([one?.pipeline_id, two?.pipeline_id]).toEqual([7001, 7004]);
  });

  test('finds the contact that has the phone number, however it is written', async () => {
    const profile = { phone: '1 (202) 555-0101' };
    await bench.message({ sender: { id: 'x', name: 'Carla on her phone', profile } });
    expect(bench.chat().contact_id).toBe(601);
    expect(bench.emulator.state.unsorted).toMatchObject([{ contact_id: 601 }]);
  });

  test('makes nothing if it is silent, or a contact if Kommo is told to', async () => {
    const before = leadCount();
    await bench.message({ silent: true });
    expect(cardOf()).toEqual({ contact_id: null, lead_id: null, is_linked: false });
    bench.emulator.setSwitches({ silentContact: 'yes' });
    await bench.message({ msgid: 'm-2', silent: true });
    expect(cardOf()).toMatchObject({ contact_id: expect.any(Number), lead_id: null });
    expect(leadCount()).toBe(before);
    await bench.message({ msgid: 'm-3' });
    expect(leadCount()).toBe(before + 1);
  });

  test('makes no lead in a chat that was linked to a contact before', async () => {
    const chat = { conversation_id: 'c-1', user: { id: 'client-1', name: 'Client' } };
    const { json } = await bench.post('/chats', chat);
    const { id: chat_id } = json as { id: string };
    await rest('/contacts/chats', [{ contact_id: 602, chat_id }]);
    const before = leadCount();
    await bench.message();
    expect(cardOf()).toEqual({ contact_id: 602, lead_id: 502, is_linked: true });
    expect(leadCount()).toBe(before);
    expect(bench.emulator.state.unsorted).toEqual([]);
  });
});

describe('a further message', () => {
  beforeEach(async () => {
    await bench.message();
  });

  test('makes no lead while that of the chat is open', async () => {
    const { lead_id: id } = bench.chat();
    await bench.message({ msgid: 'm-2' });
    expect(bench.chat()).toMatchObject({ lead_id: id, unread: 2 });
    expect(bench.emulator.state.unsorted).toHaveLength(1);
  });

  test('makes a new one when it was closed, or none where told so', async () => {
    const { lead_id: first } = bench.chat();
    await bench.control('/lead', { account: 'demo', id: first, status_id: 143 });
    bench.emulator.setSwitches({ leadAfterClosed: 'none' });
    await bench.message({ msgid: 'm-2' });
    expect(bench.chat().lead_id).toBe(first);
    bench.emulator.setSwitches({ leadAfterClosed: 'new lead' });
    await bench.message({ msgid: 'm-3' });
    expect(bench.chat().lead_id).not.toBe(first);
  });

  test('finds the lead accepted, or declined', async () => {
    const uid = bench.emulator.state.unsorted[0]?.uid;
    expect((await rest(`/leads/unsorted/${uid}`)).json).toMatchObject({ uid });
    const accepted = await rest(`/leads/unsorted/${uid}/accept`, { user_id: 8002 });
    expect(accepted.json).toMatchObject({
      uid,
      _embedded: { leads: [{ id: bench.chat().lead_id }] },
    });
    expect((await rest(`/leads/${bench.chat().lead_id}`)).json).toMatchObject({
      status_id: 700102,
      responsible_user_id: 8002,
    });
    expect((await rest('/leads/unsorted')).status).toBe(204);
    expect((await rest(`/leads/unsorted/${uid}/accept`, {})).status).toBe(404);
    await bench.message({ msgid: 'm-2', conversation_id: 'c-2' });
    const other = bench.emulator.state.unsorted[0]?.uid;
    expect((await rest(`/leads/unsorted/${other}/decline`, undefined, 'DELETE')).status).toBe(200);
    expect(bench.chat(1).lead_id).toBeNull();
  });
});

describe('writing first', () => {
  test('happens in the card of the contact, and its answer makes no lead', async () => {
    const before = leadCount();
    await bench.emulator.chat('demo', { phone: '+12025550101', text: 'Hello' });
    expect(bench.chat()).toMatchObject({ contact_id: 601, lead_id: 501, conversation_id: null });
    const { id: ref, user } = bench.chat();
    const sender = { id: 'carla', ref_id: user.id, name: 'Carla' };
    await bench.message({ conversation_ref_id: ref, sender });
    expect(bench.chat()).toMatchObject({ conversation_id: 'c-1', user: { client_id: 'carla' } });
    expect(leadCount()).toBe(before);
    // The same contact and source again: the same chat.
    await bench.emulator.chat('demo', { phone: '12025550101', text: 'Again' });
    expect(bench.emulator.state.chats).toHaveLength(1);
  });

  test('is bound by the receiver’s ref_id too', async () => {
    await bench.emulator.chat('demo', { phone: '+12025550199', name: 'Nina', text: 'Hello' });
    const { id: ref, user } = bench.chat();
    const manager = bench.emulator.world.account('demo').users[0]?.amojo_id;
    const reply = await bench.message({
      conversation_id: 'ours',
      conversation_ref_id: ref,
      sender: { id: 'm', ref_id: manager, name: 'Ana' },
      receiver: { id: 'nina', ref_id: user.id },
      silent: true,
    });
    expect(reply.json).toMatchObject({ new_message: { receiver_id: user.id } });
    expect(bench.chat().user).toMatchObject({ id: user.id, client_id: 'nina', name: 'Nina' });
    expect(bench.emulator.state.contacts.find(({ name }) => name === 'Nina')).toBeDefined();
  });
});

test('chats and cards of one account are not another’s', async () => {
  await bench.message();
  const other = (await installed(bench.emulator, 'other')).access_token;
  const host = 'other.kommo.com';
  const list = await call(bench.emulator, '/api/v4/leads/unsorted', { token: other, host });
  expect(list.status).toBe(204);
  const path = `/api/v4/leads/${bench.chat().lead_id}`;
  expect((await call(bench.emulator, path, { token: other, host })).status).toBe(204);
  expect(bench.chat().scope_id).toBe(SCOPE);
  expect(SCOPE.startsWith(CHANNEL)).toBe(true);
});
