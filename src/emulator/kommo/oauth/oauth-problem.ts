import type { Exchange } from '../exchange.ts';

const TEXTS: Record<string, Record<number, { title: string; detail: string }>> = {
  en: {
    400: {
      title: 'Bad Request',
      detail: 'The request is missing a required parameter or a parameter is invalid',
    },
    401: { title: 'Unauthorized', detail: 'Client or token authentication failed' },
  },
  ru: {
    400: {
      title: 'Некорректный запрос',
      detail: 'В запросе отсутствует ряд параметров или параметры невалидны',
    },
    401: { title: 'Ошибка авторизации', detail: 'Клиент или токен не прошёл проверку' },
  },
};

/** The token endpoint's error body; its keys are observed, its wording on kommo.com is not documented. */
export function oauthProblem(exchange: Exchange, status: 400 | 401, hint?: string): void {
  const texts = TEXTS[exchange.world.switch('oauthErrorLanguage')]?.[status];
  exchange.sendJson(
    status,
    {
      ...(hint !== undefined && { hint }),
      title: texts?.title,
      type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson',
      status,
      detail: texts?.detail,
    },
    'application/problem+json',
  );
}
