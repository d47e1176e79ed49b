/** Parts of undici that are imported by their files, with the types that undici gives them under its own name. */

declare module 'undici/lib/dispatcher/agent.js' {
  export { Agent as default } from 'undici';
}

declare module 'undici/lib/api/api-request.js' {
  import type { Agent, Dispatcher } from 'undici';

  export default function request(
    this: Agent,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>;
}
