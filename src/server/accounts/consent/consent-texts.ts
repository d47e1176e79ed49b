import type { ConsentOutcome } from './consent.ts';

type Language = 'en' | 'es' | 'pt';

interface Texts {
  title: string;
  text: string;
}

type Key = ConsentOutcome['kind'] | 'bad_link';

/** The few sentences shown outside Kommo, in the languages of the widget. */
const TEXTS: Record<Language, Record<Key, Texts>> = {
  en: {
    connected: { title: 'Kommo is connected', text: 'You may close this window.' },
    finishing: {
      title: 'Almost done',
      text: 'Kommo is taking a little longer than usual. You may close this window; the settings show when it is ready.',
    },
    refused: {
      title: 'Access was not granted',
      text: 'Nothing was changed. To try again, close this window and press the button in the settings.',
    },
    failed: {
      title: 'Kommo did not accept the authorization',
      text: 'Nothing was changed. Close this window and press the button in the settings again.',
    },
    other_account: {
      title: 'This was another Kommo account',
      text: 'Sign in to the account whose settings are open, close this window and try again. Nothing was changed.',
    },
    other_user: {
      title: 'Another user gave access',
      text: 'Only an administrator can give it, as the user who opened the settings: sign in to Kommo as that user, close this window and press the button again. Nothing was changed.',
    },
    unknown_state: {
      title: 'This link is no longer valid',
      text: 'It works once, for ten minutes. Close this window and press the button in the settings again.',
    },
    bad_link: {
      title: 'This address is not complete',
      text: 'Close this window and press the button in the settings again.',
    },
  },
  es: {
    connected: { title: 'Kommo está conectado', text: 'Puede cerrar esta ventana.' },
    finishing: {
      title: 'Casi listo',
      text: 'Kommo tarda un poco más de lo habitual. Puede cerrar esta ventana; los ajustes mostrarán cuándo está listo.',
    },
    refused: {
      title: 'No se concedió el acceso',
      text: 'No se cambió nada. Para intentarlo de nuevo, cierre esta ventana y pulse el botón en los ajustes.',
    },
    failed: {
      title: 'Kommo no aceptó la autorización',
      text: 'No se cambió nada. Cierre esta ventana y pulse de nuevo el botón en los ajustes.',
    },
    other_account: {
      title: 'Era otra cuenta de Kommo',
      text: 'Inicie sesión en la cuenta cuyos ajustes están abiertos, cierre esta ventana e inténtelo de nuevo. No se cambió nada.',
    },
    other_user: {
      title: 'Dio acceso otro usuario',
      text: 'Solo puede darlo un administrador, con el usuario que abrió los ajustes: inicie sesión en Kommo con ese usuario, cierre esta ventana y pulse de nuevo el botón. No se cambió nada.',
    },
    unknown_state: {
      title: 'Este enlace ya no es válido',
      text: 'Funciona una sola vez y durante diez minutos. Cierre esta ventana y pulse de nuevo el botón en los ajustes.',
    },
    bad_link: {
      title: 'Esta dirección no está completa',
      text: 'Cierre esta ventana y pulse de nuevo el botón en los ajustes.',
    },
  },
  pt: {
    connected: { title: 'O Kommo está conectado', text: 'Você pode fechar esta janela.' },
    finishing: {
      title: 'Quase pronto',
      text: 'O Kommo está demorando um pouco mais que o normal. Você pode fechar esta janela; as configurações mostram quando estiver pronto.',
    },
    refused: {
      title: 'O acesso não foi concedido',
      text: 'Nada foi alterado. Para tentar de novo, feche esta janela e pressione o botão nas configurações.',
    },
    failed: {
      title: 'O Kommo não aceitou a autorização',
      text: 'Nada foi alterado. Feche esta janela e pressione de novo o botão nas configurações.',
    },
    other_account: {
      title: 'Era outra conta do Kommo',
      text: 'Entre na conta cujas configurações estão abertas, feche esta janela e tente de novo. Nada foi alterado.',
    },
    other_user: {
      title: 'Outro usuário concedeu o acesso',
      text: 'Só um administrador pode concedê-lo, com o usuário que abriu as configurações: entre no Kommo com esse usuário, feche esta janela e pressione o botão de novo. Nada foi alterado.',
    },
    unknown_state: {
      title: 'Este link não é mais válido',
      text: 'Ele funciona uma vez, por dez minutos. Feche esta janela e pressione de novo o botão nas configurações.',
    },
    bad_link: {
      title: 'Este endereço não está completo',
      text: 'Feche esta janela e pressione de novo o botão nas configurações.',
    },
  },
};

/** The texts in the first language of `Accept-Language` that we have, or English. */
export function consentTexts(
  acceptLanguage: string | undefined,
  key: Key,
): Texts & { language: Language } {
  const wanted: string[] =
    (acceptLanguage ?? '').toLowerCase().match(/[a-z]{2}(?=[-,;\s]|$)/g) ?? [];
  const language = wanted.find(isLanguage) ?? 'en';
  return { language, ...TEXTS[language][key] };
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(TEXTS, tag);
}
