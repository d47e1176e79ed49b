import type { AttemptReason } from '../../../contract/api.ts';
import type { OAuthResult } from './finish-oauth.ts';

interface Texts {
  title: string;
  text: string;
}

type Key =
  | 'connected'
  | 'confirm'
  | 'denied'
  | 'cancelled'
  | 'expired'
  | 'already_connected'
  | 'channel_limit_reached'
  | 'unreachable'
  | 'failed'
  | 'unknown';

/** The few sentences shown outside Kommo, in the languages of the widget. `{name}` is the chat account. */
const TEXTS: Record<'en' | 'es' | 'pt', Record<Key, Texts>> = {
  en: {
    connected: { title: '{name} is connected', text: 'You may close this window.' },
    confirm: {
      title: 'One question is left',
      text: 'You signed in as {name}. Close this window and answer the question in Kommo.',
    },
    denied: {
      title: 'You cancelled',
      text: 'Nothing was connected. You may close this window.',
    },
    cancelled: {
      title: 'This sign-in was cancelled',
      text: 'It was ended in Kommo meanwhile, so nothing was stored. You may close this window.',
    },
    expired: {
      title: 'This took too long',
      text: 'Nothing was connected. Close this window and begin again in Kommo.',
    },
    already_connected: {
      title: 'Already connected',
      text: '{name} is one of your channels already. You may close this window.',
    },
    channel_limit_reached: {
      title: 'No more channels can be connected',
      text: 'Remove a channel in Kommo first. You may close this window.',
    },
    unreachable: {
      title: 'The service did not answer',
      text: 'Nothing was connected. Close this window and try again in a few minutes.',
    },
    failed: {
      title: 'The sign-in did not work',
      text: 'Nothing was connected. Close this window; Kommo shows the reason.',
    },
    unknown: {
      title: 'This link is no longer valid',
      text: 'It works once. Close this window and begin again in Kommo.',
    },
  },
  es: {
    connected: { title: '{name} está conectado', text: 'Puede cerrar esta ventana.' },
    confirm: {
      title: 'Queda una pregunta',
      text: 'Inició sesión como {name}. Cierre esta ventana y responda a la pregunta en Kommo.',
    },
    denied: { title: 'Canceló el acceso', text: 'No se conectó nada. Puede cerrar esta ventana.' },
    cancelled: {
      title: 'Este inicio de sesión se canceló',
      text: 'Se terminó en Kommo mientras tanto, así que no se guardó nada. Puede cerrar esta ventana.',
    },
    expired: {
      title: 'Tardó demasiado',
      text: 'No se conectó nada. Cierre esta ventana y empiece de nuevo en Kommo.',
    },
    already_connected: {
      title: 'Ya está conectado',
      text: '{name} ya es uno de sus canales. Puede cerrar esta ventana.',
    },
    channel_limit_reached: {
      title: 'No se pueden conectar más canales',
      text: 'Elimine primero un canal en Kommo. Puede cerrar esta ventana.',
    },
    unreachable: {
      title: 'El servicio no respondió',
      text: 'No se conectó nada. Cierre esta ventana e inténtelo de nuevo en unos minutos.',
    },
    failed: {
      title: 'El inicio de sesión no funcionó',
      text: 'No se conectó nada. Cierre esta ventana; Kommo muestra el motivo.',
    },
    unknown: {
      title: 'Este enlace ya no es válido',
      text: 'Funciona una sola vez. Cierre esta ventana y empiece de nuevo en Kommo.',
    },
  },
  pt: {
    connected: { title: '{name} está conectado', text: 'Você pode fechar esta janela.' },
    confirm: {
      title: 'Falta responder a uma pergunta',
      text: 'Você entrou como {name}. Feche esta janela e responda à pergunta no Kommo.',
    },
    denied: { title: 'Você cancelou', text: 'Nada foi conectado. Você pode fechar esta janela.' },
    cancelled: {
      title: 'Este login foi cancelado',
      text: 'Ele foi encerrado no Kommo nesse meio-tempo, então nada foi salvo. Você pode fechar esta janela.',
    },
    expired: {
      title: 'Demorou demais',
      text: 'Nada foi conectado. Feche esta janela e comece de novo no Kommo.',
    },
    already_connected: {
      title: 'Já está conectado',
      text: '{name} já é um dos seus canais. Você pode fechar esta janela.',
    },
    channel_limit_reached: {
      title: 'Não é possível conectar mais canais',
      text: 'Remova antes um canal no Kommo. Você pode fechar esta janela.',
    },
    unreachable: {
      title: 'O serviço não respondeu',
      text: 'Nada foi conectado. Feche esta janela e tente de novo em alguns minutos.',
    },
    failed: {
      title: 'O login não funcionou',
      text: 'Nada foi conectado. Feche esta janela; o Kommo mostra o motivo.',
    },
    unknown: {
      title: 'Este link não é mais válido',
      text: 'Ele funciona uma única vez. Feche esta janela e comece de novo no Kommo.',
    },
  },
};

/** What the page says, in the account's language where it is one of ours, otherwise in English. */
export function callbackTexts({ attempt, language }: OAuthResult): Texts & { language: string } {
  const [tag = 'en'] = language.split('-');
  const known = tag === 'es' || tag === 'pt' ? tag : 'en';
  const { title, text } = TEXTS[known][keyOf(attempt)];
  const name = attempt?.accountName ?? '';
  return {
    language: known,
    title: title.replace('{name}', () => name),
    text: text.replace('{name}', () => name),
  };
}

function keyOf(attempt: OAuthResult['attempt']): Key {
  switch (attempt?.state) {
    case 'connected':
    case 'confirm':
    case 'expired':
      return attempt.state;
    case 'cancelled':
      return attempt.reason === 'denied' ? 'denied' : 'cancelled';
    case 'failed':
      return keyOfFailure(attempt.reason);
    default:
      return 'unknown';
  }
}

function keyOfFailure(reason: AttemptReason | null): Key {
  switch (reason) {
    case 'already_connected':
    case 'channel_limit_reached':
      return reason;
    case 'service_unreachable':
    case 'rate_limited':
      return 'unreachable';
    default:
      return 'failed';
  }
}
