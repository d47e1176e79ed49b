/** Six kinds of caller: no token, a forged one, another installation's, and three of two installed accounts. */
export const PRINCIPALS = [
  'nobody',
  'forger',
  'stranger',
  'manager',
  'otherAdmin',
  'admin',
] as const;
export type Principal = (typeof PRINCIPALS)[number];

/** `shared`: the one address to which a service posts what happens in all its accounts. */
const OBJECTS = ['own', 'foreign', 'unknown', 'malformed', 'shared'] as const;
export type ObjectKind = (typeof OBJECTS)[number] | 'none';

type Expected = Record<Principal, number>;

/** What each principal gets for one kind of object. */
export interface Row {
  object: ObjectKind;
  expected: Expected;
}

const row = (object: ObjectKind, expected: Partial<Expected>): Row => ({
  object,
  expected: {
    nobody: 401,
    forger: 401,
    stranger: 401,
    manager: 401,
    otherAdmin: 401,
    admin: 401,
    ...expected,
  },
});

/** The same for everybody: the proof is not the token. */
const everybody = (object: ObjectKind, status: number): Row => ({
  object,
  expected: {
    nobody: status,
    forger: status,
    stranger: status,
    manager: status,
    otherAdmin: status,
    admin: status,
  },
});

/** A write to an object (409: an OAuth attempt takes no credentials): only for its own account's administrators; to others it does not exist. */
const guardedObject = (ownStatus: number): Row[] => [
  row('foreign', { stranger: 404, manager: 403, otherAdmin: ownStatus, admin: 404 }),
  row('unknown', { stranger: 404, manager: 403, otherAdmin: 404, admin: 404 }),
  row('malformed', { stranger: 404, manager: 403, otherAdmin: 404, admin: 404 }),
  row('own', { stranger: 404, manager: 403, otherAdmin: 404, admin: ownStatus }),
];

/**
 * Who may do what to which object, by `METHOD pattern`. A test demands rows for every route the router
 * knows. Rows run in order; those that remove the object come last. docs/access.md is made of it.
 */
export const MATRIX: Record<string, Row[]> = {
  'GET /messenger/settings': [
    row('none', { stranger: 200, manager: 200, otherAdmin: 200, admin: 200 }),
  ],
  'PUT /messenger/settings': [
    row('none', { stranger: 403, manager: 403, otherAdmin: 200, admin: 200 }),
  ],
  'GET /messenger/channels': [
    row('none', { stranger: 200, manager: 200, otherAdmin: 200, admin: 200 }),
  ],
  'POST /messenger/channels': [
    row('none', { stranger: 403, manager: 403, otherAdmin: 201, admin: 201 }),
  ],
  'POST /messenger/watch': [
    row('none', { stranger: 403, manager: 201, otherAdmin: 201, admin: 201 }),
  ],
  'GET /messenger/templates': [
    row('none', { stranger: 403, manager: 200, otherAdmin: 200, admin: 200 }),
  ],
  'POST /messenger/templates': [
    row('none', { stranger: 403, manager: 403, otherAdmin: 201, admin: 201 }),
  ],
  // The service's own signature is the proof.
  'POST /connect/webhooks/:connector/:id': [
    everybody('own', 403),
    everybody('foreign', 403),
    everybody('shared', 403),
    everybody('unknown', 404),
    everybody('malformed', 404),
  ],
  // Kommo's signature is the proof; a forgery learns nothing about scopes.
  'POST /kommo/chats/:scope_id': [
    everybody('own', 403),
    everybody('foreign', 403),
    everybody('unknown', 403),
    everybody('malformed', 403),
  ],
  // The signed link is the proof.
  'GET /pictures/:id': [
    everybody('foreign', 404),
    everybody('unknown', 404),
    everybody('malformed', 404),
  ],
  'HEAD /pictures/:id': [
    everybody('foreign', 404),
    everybody('unknown', 404),
    everybody('malformed', 404),
  ],
  'GET /media/:id': [
    everybody('foreign', 404),
    everybody('unknown', 404),
    everybody('malformed', 404),
  ],
  'HEAD /media/:id': [
    everybody('foreign', 404),
    everybody('unknown', 404),
    everybody('malformed', 404),
  ],
  'GET /messenger/channels/:id/undelivered': [
    row('foreign', { stranger: 404, manager: 404, otherAdmin: 200, admin: 404 }),
    row('unknown', { stranger: 404, manager: 404, otherAdmin: 404, admin: 404 }),
    row('malformed', { stranger: 404, manager: 404, otherAdmin: 404, admin: 404 }),
    row('own', { stranger: 404, manager: 200, otherAdmin: 404, admin: 200 }),
  ],
  'GET /messenger/channels/:id/history': [
    row('foreign', { stranger: 404, manager: 404, otherAdmin: 200, admin: 404 }),
    row('unknown', { stranger: 404, manager: 404, otherAdmin: 404, admin: 404 }),
    row('malformed', { stranger: 404, manager: 404, otherAdmin: 404, admin: 404 }),
    row('own', { stranger: 404, manager: 200, otherAdmin: 404, admin: 200 }),
  ],
  'POST /messenger/channels/:id/pause': guardedObject(204),
  'POST /messenger/channels/:id/resume': guardedObject(204),
  // 409: nobody wrote to the channel yet.
  'POST /messenger/channels/:id/test': guardedObject(409),
  // Ids that are unknown or another account's are passed over.
  'POST /messenger/channels/delete': [
    row('none', { stranger: 204, manager: 403, otherAdmin: 204, admin: 204 }),
  ],
  'POST /messenger/channels/:id/undelivered/retry': guardedObject(202),
  'DELETE /messenger/channels/:id/undelivered': guardedObject(204),
  'POST /messenger/attempts/:id/credentials': guardedObject(409),
  'DELETE /messenger/attempts/:id': guardedObject(204),
  'DELETE /messenger/channels/:id': guardedObject(204),
  // The attempt's own key, in Authorization, is the proof; a disposable token is none.
  'GET /connect/attempts/:id': [
    everybody('own', 200),
    everybody('foreign', 401),
    everybody('unknown', 401),
    everybody('malformed', 401),
  ],
  'GET /connect/attempts/:id/events': [
    everybody('foreign', 401),
    everybody('unknown', 401),
    everybody('malformed', 401),
  ],
  // The watch's own key is the proof; an attempt's key is none.
  'GET /watch/events': [everybody('none', 401)],
  'GET /connect/callback/:connector': [everybody('unknown', 400), everybody('malformed', 400)],
  'GET /kommo/oauth/callback': [everybody('none', 400)],
  'GET /kommo/disabled': [everybody('none', 403)],
  // The same pages for everybody.
  'GET /help': [everybody('none', 200)],
  'HEAD /help': [everybody('none', 200)],
  'GET /help/:topic': [
    everybody('own', 200),
    everybody('unknown', 404),
    everybody('malformed', 404),
  ],
  'HEAD /help/:topic': [
    everybody('own', 200),
    everybody('unknown', 404),
    everybody('malformed', 404),
  ],
  'GET /health/live': [everybody('none', 200)],
  'HEAD /health/live': [everybody('none', 200)],
  'GET /health/ready': [everybody('none', 200)],
  'HEAD /health/ready': [everybody('none', 200)],
  // Prometheus brings the token of METRICS_TOKEN; nobody else has one.
  'GET /metrics': [everybody('none', 401)],
  'GET /openapi.json': [everybody('none', 200)],
};
