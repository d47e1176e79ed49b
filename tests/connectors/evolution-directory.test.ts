import { evolutionMessages } from '../../src/server/connectors/evolution/carrier.ts';
import { EvolutionClient } from '../../src/server/connectors/evolution/client.ts';
import { API_KEY, type EvolutionApi, refusal, startEvolutionApi } from './support/evolution-api.ts';
import { ANA, ANA_JID, ANA_LID, GROUP_JID, INSTANCE } from './support/evolution-events.ts';
import { createTools, type TestTools } from './support/tools.ts';

const CREDENTIALS = { session: INSTANCE };
const NUMBERS = '/chat/whatsappNumbers';
const MESSAGES = '/chat/findMessages';

describe('what an Evolution server knows of people', () => {
  let api: EvolutionApi;
  let tools: TestTools;
  let carrier: ReturnType<typeof evolutionMessages>;

  beforeEach(async () => {
    api = await startEvolutionApi();
    tools = createTools('evolution');
    const server = { url: `http://127.0.0.1:${api.port}`, apiKey: API_KEY };
    carrier = evolutionMessages(server, new EvolutionClient(server), 0);
  });
  afterEach(async () => {
    await tools.close();
    await api.close();
  });

  const findChat = (alias: string) => carrier.findChat?.(tools, CREDENTIALS, alias);
  const findPerson = (id: string) => carrier.findPerson?.(tools, CREDENTIALS, id);
  const ok = (json: unknown) => ({ status: 200, json });
  const kept = (...keys: object[]) =>
    ok({ messages: { total: keys.length, records: keys.map((key) => ({ key })) } });
  const found = { chatId: ANA, phone: `+${ANA}` };

  test('is the number of a hidden id, where it has learned it', async () => {
    api.say(NUMBERS, ok([{ jid: ANA_JID, exists: true, number: ANA_LID, lid: 'lid' }]));
    expect(await findChat(ANA_LID)).toEqual(found);
    expect(api.calls).toEqual([{ path: NUMBERS, json: { numbers: [ANA_LID] } }]);
  });

  test('is the number of a hidden id, where a message it has kept tells both', async () => {
    api.say(NUMBERS, ok([{ jid: ANA_LID, exists: true, number: ANA_LID }]));
    api.say(MESSAGES, kept({ remoteJid: ANA_LID }, { remoteJid: ANA_LID, remoteJidAlt: ANA_JID }));
    expect(await findChat(ANA_LID)).toEqual(found);
    expect(api.calls[1]?.json).toMatchObject({ where: { key: { remoteJid: ANA_LID } } });
  });

  test.each<[string, { status: number; json: unknown }]>([
    ['none', kept()],
    ['ones that tell no more', kept({ remoteJid: ANA_LID })],
    ['another shape', ok([])],
    ['a refusal', refusal(400, ['x'])],
  ])('is nothing of a hidden id when it has kept %s', async (_what, answer) => {
    api.say(NUMBERS, ok([{ jid: ANA_LID, exists: true, number: ANA_LID }]));
    api.say(MESSAGES, answer);
    expect(await findChat(ANA_LID)).toBeUndefined();
  });

  test('is the chat of a message that was edited', async () => {
    api.say(MESSAGES, kept({ remoteJid: ANA_LID, remoteJidAlt: ANA_JID, id: '3EB0AA' }));
    expect(await findChat('of-message:3EB0AA')).toEqual(found);
    expect(api.calls).toEqual([
      { path: MESSAGES, json: { where: { key: { id: '3EB0AA' } }, page: 1, offset: 3 } },
    ]);
    api.say(MESSAGES, kept({ remoteJid: ANA_LID, id: '3EB0AA' }));
    expect(await findChat('of-message:3EB0AA')).toEqual({ chatId: ANA_LID });
    api.say(MESSAGES, kept());
    expect(await findChat('of-message:3EB0AA')).toBeUndefined();
  });

  test.each<[string, object]>([
    ['the account wrote itself', { remoteJid: ANA_JID, fromMe: true, id: '3EB0AA' }],
    ['is in a group', { remoteJid: GROUP_JID, fromMe: false, id: '3EB0AA' }],
    ['is another one', { remoteJid: ANA_JID, fromMe: false, id: '3EB0AB' }],
  ])('is no chat of a message that %s', async (_which, key) => {
    api.say(MESSAGES, kept(key));
    expect(await findChat('of-message:3EB0AA')).toBeUndefined();
  });

  test('is nobody for a hidden id when it answers with messages of somebody else', async () => {
    api.say(NUMBERS, ok([{ jid: ANA_LID, exists: true, number: ANA_LID }]));
    api.say(MESSAGES, kept({ remoteJid: ANA_JID, id: '3EB0AA' }));
    expect(await findChat(ANA_LID)).toBeUndefined();
  });

  test('is the name of a group, and of a contact', async () => {
    api.say('/group/findGroupInfos', ok({ id: GROUP_JID, subject: 'Friends of tea' }));
    expect(await findPerson(`group:${GROUP_JID}`)).toEqual({ name: 'Friends of tea' });
    const other = { remoteJid: '5511777770000@s.whatsapp.net', pushName: 'Somebody else' };
    api.say('/chat/findContacts', ok([other, { remoteJid: ANA_JID, pushName: ' Ana\nPérez ' }]));
    expect(await findPerson(ANA)).toEqual({ name: 'Ana Pérez' });
  });

  test.each<[string, { status: number; json: unknown }]>([
    ['nobody', ok([])],
    ['somebody else', ok([{ remoteJid: '5511777770000@s.whatsapp.net', pushName: 'Other' }])],
    ['no name', ok([{ remoteJid: ANA_JID, pushName: null }])],
    ['a refusal', refusal(400, ['x'])],
  ])('is no name when it answers with %s', async (_what, answer) => {
    api.say('/chat/findContacts', answer);
    expect(await findPerson(ANA)).toBeUndefined();
  });

  test('is not asked about what is nobody', async () => {
    expect(await findPerson('../x')).toBeUndefined();
    expect(await findPerson('group:x')).toBeUndefined();
    expect(api.calls).toEqual([]);
  });
});
