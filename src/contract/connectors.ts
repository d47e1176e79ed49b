import { z } from 'zod';

/** How people prove to the chat service that the account is theirs. Three kinds, one screen each. */
export const authKind = z.enum(['oauth', 'qr', 'api_key']);
export type AuthKind = z.infer<typeof authKind>;

/** One input of an API-key form. Labels are `connectors.<id>.fields.<name>` in the language files. */
export const connectorField = z.object({
  name: z.string(),
  type: z.enum(['text', 'url', 'password', 'phone']),
  required: z.boolean(),
  secret: z.boolean(),
  /** Regular expression of what a value usually looks like. Only a hint: the service decides. */
  pattern: z.string().optional(),
});
export type ConnectorField = z.infer<typeof connectorField>;

/** What the widget needs to draw a connector. */
export const connectorDescription = z.object({
  /** Stored and never changed: `telegram`, `waha`, `evolution`, `slack`, `api`, or a provider's own id. */
  id: z.string(),
  auth: authKind,
  /** Key of the title in the language files, or a plain name for providers configured by the operator. */
  title_key: z.string(),
  fields: z.array(connectorField),
  /** Whether channels of this service carry messages, or only sign in. */
  carries_messages: z.boolean(),
});
export type ConnectorDescription = z.infer<typeof connectorDescription>;
