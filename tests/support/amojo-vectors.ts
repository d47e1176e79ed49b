// Requests with their signatures, as the vendor published them; none comes from code of this project.
// https://www.amocrm.ru/developers/content/chats/chat-step-by-step
export const SECRET = 'f2d7f8704eff95087ed45b23ba99c0b5aac8278e';
export const CHANNEL = '344a5002-f8ca-454d-af3d-396180102ac7';
export const ACCOUNT = '52e591f7-c98f-4255-8495-827210138c81';
export const SCOPE = `${CHANNEL}_${ACCOUNT}`;
export const BASE = '/v2/origin/custom/';

const SENDER = {
  id: 'my_int-1376265f-86df-4c49-a0c3-a4816df41af8',
  avatar:
    'https://images.pexels.com/photos/10050979/pexels-photo-10050979.jpeg?auto=compress&cs=tinysrgb&dpr=2&w=500',
  profile: { phone: '+79151112233', email: 'example.client@example.com' },
  profile_link: 'https://example.com/profile/example.client',
  name: 'Вася клиент',
};
const MESSAGE = { type: 'text', text: 'Сообщение от клиента' };

/** The bytes PHP makes of a value: slashes escaped, everything beyond ASCII as `\u` and four digits. */
export function phpJson(value: unknown): string {
  const escaped = JSON.stringify(value).replaceAll('/', '\\/');
  return escaped.replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export const VECTORS = [
  {
    name: 'connect',
    method: 'POST',
    path: `${CHANNEL}/connect`,
    date: 'Wed, 15 Dec 2021 23:12:55 +0000',
    md5: '2fbcb3c652b61e24e004daddfc73d0ce',
    signature: '81211856ce0c5095f3e1a90c0a38dc9d736cfd55',
    size: 104,
    body: { account_id: ACCOUNT, title: 'ChatsIntegration', hook_api_version: 'v2' },
  },
  {
    name: 'disconnect',
    method: 'DELETE',
    path: `${CHANNEL}/disconnect`,
    date: 'Wed, 15 Dec 2021 23:59:28 +0000',
    md5: '271fa2e4fb0ff84a3ef9689027bd1f38',
    signature: 'e1678e3b6aa674b5127f4feb448e6200ce0bfc72',
    size: 53,
    body: { account_id: ACCOUNT },
  },
  {
    name: 'message',
    method: 'POST',
    path: SCOPE,
    date: 'Thu, 16 Dec 2021 13:15:29 +0000',
    md5: '223ef85def871bc7cb58aa6f02f0a26e',
    signature: '29b49e9eaf03f13a66ecaff315f2855b31b25eee',
    size: 718,
    body: {
      event_type: 'new_message',
      payload: {
        timestamp: 1639660529,
        msec_timestamp: 1639660529379,
        msgid: 'my_int-5f2836a8ca481',
        conversation_id: 'my_int-d5a421f7f218',
        sender: SENDER,
        message: MESSAGE,
        silent: false,
      },
    },
  },
  {
    name: 'delivery status',
    method: 'POST',
    path: `${SCOPE}/079e44fb-fc22-476b-9e8a-421b688ec53b/delivery_status`,
    date: 'Thu, 16 Dec 2021 12:58:40 +0000',
    md5: 'a0bbbac729c6341f0a521e2db7a8a236',
    signature: 'ca51f810785031385a801f41103244713c1a2352',
    size: 106,
    body: {
      msgid: '079e44fb-fc22-476b-9e8a-421b688ec53b',
      delivery_status: 2,
      error_code: 905,
      error: 'Error text',
    },
  },
  {
    name: 'typing',
    method: 'POST',
    path: `${SCOPE}/typing`,
    date: 'Thu, 16 Dec 2021 16:01:21 +0000',
    md5: '255a22566d68be207fa36804e78a523a',
    signature: 'e8263b1daf2b20396c02db6c8c846f95cc0f9540',
    size: 103,
    body: {
      conversation_id: 'my_int-d5a421f7f218',
      sender: { id: 'my_int-1376265f-86df-4c49-a0c3-a4816df41af8' },
    },
  },
  {
    name: 'chat',
    method: 'POST',
    path: `${SCOPE}/chats`,
    date: 'Thu, 16 Dec 2021 23:22:49 +0000',
    md5: '5139e573382c0eae38f476822abb2014',
    signature: 'a601e486d694c8e7e8a5b637660f949f8bb7efaf',
    size: 423,
    body: {
      conversation_id: 'my_int-8e3e7640-49af-4448-a2c6-d5a421f7f217',
      source: { external_id: '78001234567' },
      user: {
        id: 'my_int-1376265f-86df-4c49-a0c3-a4816df41af9',
        avatar: 'https://example.com/users/avatar.png',
        name: 'Имя клиента',
        profile: { phone: '+79151112233', email: 'example.client@example.com' },
        profile_link: 'https://example.com/profile/example.client',
      },
    },
  },
  {
    name: 'message with a source',
    method: 'POST',
    path: SCOPE,
    date: 'Fri, 17 Dec 2021 10:59:28 +0000',
    md5: '353178c993f09a8ec5f3eab4093b753e',
    signature: 'e895539b52051e1a8d3f89d454c7ad7406705234',
    size: 757,
    body: {
      event_type: 'new_message',
      payload: {
        timestamp: 1639738768,
        msec_timestamp: 1639738768457,
        msgid: 'my_int-5f2836a8ca481',
        conversation_id: 'my_int-d5a421f7f218',
        sender: SENDER,
        message: MESSAGE,
        source: { external_id: '79039876543' },
        silent: false,
      },
    },
  },
];
