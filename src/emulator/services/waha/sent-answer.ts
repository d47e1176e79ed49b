import { hasFile } from '../whatsapp/files.ts';
import type { Fields, Message } from '../whatsapp/state.ts';
import { idOf, quotedIn, type Telling } from './payloads.ts';
import { rawOf } from './raw.ts';
import { wahaState } from './state.ts';

/** What the API answers after sending; every engine in its own way. */
export function sentAnswer(telling: Telling, message: Message): Fields {
  const { world } = telling;
  const { engine } = wahaState(world).settings;
  const raw = rawOf(engine, telling, message, quotedIn(telling, message));
  // Seen at github.com/devlikeapro/waha/issues/1615, /760, and in session.gows.core.ts.
  if (engine === 'WEBJS') {
    return {
      _data: raw,
      id: raw.id,
      ack: 0,
      hasMedia: hasFile(message.kind),
      body: message.text ?? '',
      type: raw.type,
      timestamp: raw.t,
      from: raw.from,
      to: raw.to,
      fromMe: true,
    };
  }
  if (engine === 'NOWEB') {
    return { ...raw, messageTimestamp: String(raw.messageTimestamp), status: 'PENDING' };
  }
  return { id: idOf(telling, message), _data: raw };
}
