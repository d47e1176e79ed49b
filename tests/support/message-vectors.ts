// Requests and webhooks of the chat API with their signatures. The bodies are written out and the digests were computed
// apart from this project, by a program that first reproduced the vendor's published ones (see amojo-vectors.ts).
import { SCOPE } from './amojo-vectors.ts';

/** When all of the requests were signed. */
export const SIGNED_AT = new Date('2026-11-27T10:00:00Z');
export const DATE = 'Fri, 27 Nov 2026 10:00:00 +0000';

export interface RequestVector {
  method: 'GET' | 'POST';
  /** Below the API's root. */
  path: string;
  body: string;
  bytes: number;
  md5: string;
  signature: string;
}

export const REQUESTS = {
  textIn: {
    method: 'POST',
    path: `${SCOPE}`,
    body: '{"event_type":"new_message","payload":{"timestamp":1795773600,"msec_timestamp":1795773600123,"msgid":"tg:77:1001","conversation_id":"tg:77:555","source":{"external_id":"ch_77"},"sender":{"id":"tg:555","name":"Ana"},"message":{"type":"text","text":"Hola 👋"},"silent":false}}',
    bytes: 276,
    md5: '8f05c4a256a9e7d69ccb94597d636982',
    signature: '1fc5d0a4069737b4b8c40164ffd4f6531bbeb2bd',
  },
  pictureIn: {
    method: 'POST',
    path: `${SCOPE}`,
    body: '{"event_type":"new_message","payload":{"timestamp":1795773601,"msec_timestamp":1795773601000,"msgid":"wa:9:3EB0AA","conversation_id":"wa:9:5511999990000","source":{"external_id":"ch_9"},"sender":{"id":"wa:5511999990000","name":"João","profile":{"phone":"+5511999990000"}},"message":{"type":"picture","text":"","media":"https://connector.example/m/abc.jpg?e=1795777200&s=00ff","file_name":"photo.jpg","file_size":20142},"silent":false}}',
    bytes: 436,
    md5: 'ea0dee345212f59be4c69462da13fc32',
    signature: 'f628d38e60231d831c28705a557c7fb1435089a5',
  },
  fromPhone: {
    method: 'POST',
    path: `${SCOPE}`,
    body: '{"event_type":"new_message","payload":{"timestamp":1795773602,"msec_timestamp":1795773602000,"msgid":"wa:9:3EB0AB","conversation_id":"wa:9:5511999990000","source":{"external_id":"ch_9"},"sender":{"id":"bot:ch_9","name":"WhatsApp","ref_id":"f1910c7f-b1e0-4184-bd09-c7def2a9109a"},"receiver":{"id":"wa:5511999990000","name":"João","profile":{"phone":"+5511999990000"}},"message":{"type":"text","text":"sent from the phone"},"silent":true}}',
    bytes: 438,
    md5: 'dd80ff6b1aead00f5c242e78f8d5d174',
    signature: '81dfe14918a667df2cf56320b0d46f7a7271a63d',
  },
  edit: {
    method: 'POST',
    path: `${SCOPE}`,
    body: '{"event_type":"edit_message","payload":{"timestamp":1795773603,"msec_timestamp":1795773603000,"msgid":"tg:77:1001","conversation_id":"tg:77:555","message":{"type":"text","text":"Hola, corrected"}}}',
    bytes: 197,
    md5: '084c889ccb3baaf8081031c4b2207611',
    signature: '3752658e89f92c057893bd1b5b12201c8b9cc0cd',
  },
  failed: {
    method: 'POST',
    path: `${SCOPE}/0371a0ff-b78a-4c7b-8538-a7d547e10692/delivery_status`,
    body: '{"msgid":"0371a0ff-b78a-4c7b-8538-a7d547e10692","delivery_status":-1,"error_code":905,"error":"Blocked by the user"}',
    bytes: 116,
    md5: '1c1b0280fd835ac12d8f56e1d773c9d4',
    signature: 'ee2cad924998091e18b4d5b8fad782441321c1c9',
  },
  read: {
    method: 'POST',
    path: `${SCOPE}/0371a0ff-b78a-4c7b-8538-a7d547e10692/delivery_status`,
    body: '{"status_code":2}',
    bytes: 17,
    md5: 'd51f9bf0db64279c8c9fe71966b257bd',
    signature: '1c9d1abf66c0b48e82c7ef15089f37e43254847b',
  },
  react: {
    method: 'POST',
    path: `${SCOPE}/react`,
    body: '{"conversation_id":"tg:77:555","msgid":"tg:77:1001","user":{"id":"tg:555"},"type":"react","emoji":"😍"}',
    bytes: 105,
    md5: 'ca0921e5c2f2c7ef31a2e5c7520f7118',
    signature: 'ab9999a344a4549e8eb2faaea7630ae504cef2ae',
  },
  typing: {
    method: 'POST',
    path: `${SCOPE}/typing`,
    body: '{"conversation_id":"tg:77:555","sender":{"id":"tg:555"}}',
    bytes: 56,
    md5: '573d9a05cd3e30c15edf2a7102bba957',
    signature: 'a3f2ee66e32632abc4598d9cc3d2990297c80d66',
  },
  history: {
    method: 'GET',
    path: `${SCOPE}/chats/8e4d4baa-9e6c-4a88-838a-5f62be227bdc/history`,
    body: '',
    bytes: 0,
    md5: 'd41d8cd98f00b204e9800998ecf8427e',
    signature: '71c0790f469046cf12d3fa110e7af0bade8e1ba1',
  },
} as const satisfies Record<string, RequestVector>;

/** Signatures that must not be made, and must be refused. */
export const WRONG = {
  /** Of `history`, with `?limit=50` in the signed path. */
  queryInPath: '3ae7acac65b4bfe081f71bfdfc5592ef6f42b96a',
  /** Of `textIn`, for `application/json; charset=utf-8`. */
  charsetInType: '95af816d756698e78869bfcc84ece19c43c2f3b1',
  /** MD5 of `textIn` as printed with two blanks. */
  prettyMd5: '16c74791aad17d4d00c1e6567b7103bc',
} as const;

/** Webhooks come with a line break behind the body that is not signed. */
export const HOOKS = {
  text: {
    body: '{"account_id":"52e591f7-c98f-4255-8495-827210138c81","time":1795773610,"message":{"receiver":{"id":"2ed64e26-70a1-4857-8382-bb066a076219","phone":"","email":"","client_id":"tg:555"},"sender":{"id":"76fc2bea-902f-425c-9a3d-dcdac4766090","name":"Manager"},"conversation":{"id":"8e4d4baa-9e6c-4a88-838a-5f62be227bdc","client_id":"tg:77:555"},"source":{"external_id":"ch_77"},"timestamp":1795773609,"msec_timestamp":1795773609980,"message":{"id":"0371a0ff-b78a-4c7b-8538-a7d547e10692","type":"text","text":"Good morning","markup":null,"tag":"","media":"","thumbnail":"","file_name":"","file_size":0}}}',
    bytes: 597,
    signature: 'f1a6fc18617092725e8213a00cf0494393307fe8',
    withLineBreak: 'f5dfb6d6c693657c961135244e597d9eb3fb2b4a',
  },
  writeFirst: {
    body: '{"account_id":"52e591f7-c98f-4255-8495-827210138c81","time":1795773620,"message":{"receiver":{"id":"2ed64e26-70a1-4857-8382-bb066a076219","phone":"5511999990000","email":""},"sender":{"id":"76fc2bea-902f-425c-9a3d-dcdac4766090"},"conversation":{"id":"9f000000-0000-4000-8000-000000000001"},"source":{"external_id":"ch_9"},"timestamp":1795773619,"msec_timestamp":1795773619001,"message":{"id":"0371a0ff-b78a-4c7b-8538-a7d547e10693","type":"picture","text":"See this","media":"https://amojo.kommo.com/attachments/image.jpg","thumbnail":"https://amojo.kommo.com/attachments/image_320x200.jpg","file_name":"image.jpg","file_size":1024,"media_group_id":"a1b2c3d4-0000-4000-8000-000000000001","markup":{"mode":"inline","buttons":[[{"text":"Yes"},{"text":"Site","url":"https://example.com"}]]}}}}',
    bytes: 789,
    signature: '3271f65fd98831c7d358a966e59cb09e678669ae',
    withLineBreak: 'e24ca7585090406304597d400e67fe57730619ec',
  },
  typing: {
    body: '{"account_id":"52e591f7-c98f-4255-8495-827210138c81","time":1795773630,"action":{"typing":{"user":{"id":"76fc2bea-902f-425c-9a3d-dcdac4766090"},"conversation":{"id":"8e4d4baa-9e6c-4a88-838a-5f62be227bdc","client_id":"tg:77:555"},"expired_at":1795773635}}}',
    bytes: 255,
    signature: '50df24968a43d9b43d23fc9637e1784f1f3b67f5',
    withLineBreak: '36366a5c400732e7d9adec84d27e2eafee96a744',
  },
  reaction: {
    body: '{"account_id":"52e591f7-c98f-4255-8495-827210138c81","time":1795773640,"action":{"reaction":{"message":{"id":"a38c1c1a-9a17-483d-9d5d-bd0979800b8a","client_id":"tg:77:1001"},"msgid":"a38c1c1a-9a17-483d-9d5d-bd0979800b8a","user":{"id":"76fc2bea-902f-425c-9a3d-dcdac4766090"},"conversation":{"id":"8e4d4baa-9e6c-4a88-838a-5f62be227bdc","client_id":"tg:77:555"},"type":"react","emoji":"😍"}}}',
    bytes: 391,
    signature: '3a8e7b040128ab8e9da2eb7eab4fcb97e496873f',
    withLineBreak: '042c7d10bf3c97486b8e27e0fdb7b829b25b3c5e',
  },
} as const;
