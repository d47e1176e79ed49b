/** A method that the answer to an update asks for. @see https://core.telegram.org/bots/api#making-requests-when-getting-updates */
export function methodOfAnswer(
  contentType: string,
  body: string,
): { method: string; values: Record<string, string> } | undefined {
  const values = contentType.startsWith('application/x-www-form-urlencoded')
    ? Object.fromEntries(new URLSearchParams(body))
    : contentType.startsWith('application/json')
      ? jsonValues(body)
      : {};
  const { method, ...rest } = values;
  return method ? { method, values: rest } : undefined;
}

/** Properties of a JSON object as texts; nested values stay JSON. */
export function jsonValues(body: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    return textValues(value);
  } catch {
    return {};
  }
}

/** Every value as the text a form would carry; nulls are left out. */
function textValues(value: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null && part !== undefined)
      .map(([name, part]) => [name, typeof part === 'string' ? part : JSON.stringify(part)]),
  );
}

/** Whether Telegram carries out this method when it stands in an answer (WebhookActor.cpp). */
export function isExecutable(method: string): boolean {
  const name = method.toLowerCase();
  return (
    !['deletewebhook', 'setwebhook', 'close', 'logout'].includes(name) && !name.startsWith('get')
  );
}
