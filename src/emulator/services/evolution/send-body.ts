import type { Exchange } from '../../kommo/exchange.ts';
import { readMultipart } from '../telegram/multipart.ts';
import { type Media, MediaSink } from './media.ts';
import { unexpected } from './refusal.ts';
import type { Fields } from './state.ts';

/** What a method that sends was given: JSON, or a form with the part `file`. */
export interface SendBody {
  fields: Fields;
  file: Media | undefined;
}

export async function readSendBody(exchange: Exchange): Promise<SendBody> {
  if (!exchange.header('content-type').startsWith('multipart/form-data')) {
    return { fields: exchange.fields(), file: undefined };
  }
  const fields: Fields = {};
  let file: Media | undefined;
  try {
    await readMultipart(exchange.request, exchange.header('content-type'), (head) => {
      const sink = new MediaSink();
      const isFile = head.filename !== undefined;
      if (isFile && head.name !== 'file') throw unexpected('Unexpected field');
      return {
        write: (chunk) => sink.write(chunk),
        end: () => {
          const received = sink.end(head.type);
          if (isFile) file = received;
          else place(fields, head.name, received.bytes?.toString('utf8') ?? '');
        },
      };
    });
  } catch (error) {
    if (error instanceof TypeError) throw unexpected(error.message);
    throw error;
  }
  return { fields, file };
}

/** `quoted[key][id]` stands for a property inside. */
function place(fields: Fields, name: string, value: string): void {
  const [first = '', ...inner] = name.replaceAll(']', '').split('[');
  let at = fields;
  let step = first;
  for (const next of inner) {
    const known = Object.hasOwn(at, step) ? at[step] : undefined;
    const part = (typeof known === 'object' && known !== null ? known : {}) as Fields;
    at[step] = part;
    at = part;
    step = next;
  }
  if (step !== '__proto__') at[step] = value;
}
