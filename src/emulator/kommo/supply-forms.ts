import type { SuppliedAnswer, SuppliedModule } from './supplies.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', '*'];
/** What the loader takes for the name of a module and not for an address. */
const MODULE_NAME = /^(?![./])(?!.*\.js$)[\w@$./-]+$/;

/**
 * Reads `name=file`.
 *
 * @throws TypeError with one line that says what is wrong
 */
export function readModuleForm(form: string): SuppliedModule {
  const { before: name, after: file } = cut(form);
  if (name === '' || file === '') {
    throw new TypeError(`${form}: name=file is expected, such as lib/common/fn=./fn.js`);
  }
  if (!MODULE_NAME.test(name)) {
    throw new TypeError(
      `${name}: a module's name has letters, digits, - _ / and no .js at its end, which the loader would take for an address`,
    );
  }
  return { name, file };
}

/**
 * Reads `METHOD /path=file`, `METHOD /path=status` or `METHOD /path=status:file`.
 *
 * @throws TypeError with one line that says what is wrong
 */
export function readAnswerForm(form: string): SuppliedAnswer {
  const { before, after } = cut(form);
  const [method = '', path = '', ...more] = before.trim().split(/\s+/);
  if (more.length > 0 || after === '') {
    throw new TypeError(
      `${form}: METHOD /path=file is expected, such as GET /api/v4/leads=leads.json`,
    );
  }
  const { status, file } = /^(?<status>\d{3})(?::(?<file>.+))?$/s.exec(after)?.groups ?? {
    file: after,
  };
  return checkAnswer({
    method,
    path,
    status: Number(status ?? 200),
    ...(file !== undefined && { file }),
  });
}

/**
 * Reads the body of `POST /__emulator/answers`: `{ method, path, status, body, content_type }`. A body that is no text is
 * sent as JSON.
 *
 * @throws TypeError with one line that says what is wrong
 */
export function readAnswerBody(fields: Record<string, unknown>): SuppliedAnswer {
  const { method = 'GET', path, status = 200, body, content_type: type } = fields;
  if (typeof method !== 'string') throw new TypeError('method: a text is expected');
  if (typeof path !== 'string') throw new TypeError('path: a text is expected');
  if (typeof status !== 'number') throw new TypeError('status: a number is expected');
  if (type !== undefined && typeof type !== 'string') {
    throw new TypeError('content_type: a text is expected');
  }
  const isText = typeof body === 'string';
  return checkAnswer({
    method,
    path,
    status,
    ...(body !== undefined && {
      body: isText ? body : JSON.stringify(body),
      contentType: type ?? (isText ? 'text/plain; charset=utf-8' : 'application/json'),
    }),
  });
}

function checkAnswer(answer: SuppliedAnswer): SuppliedAnswer {
  const method = answer.method.toUpperCase();
  if (!METHODS.includes(method)) {
    throw new TypeError(`${answer.method || '(none)'}: the method is one of ${METHODS.join(' ')}`);
  }
  if (!answer.path.startsWith('/') || /[?#]/.test(answer.path)) {
    throw new TypeError(`${answer.path || '(none)'}: the path begins with / and has no ? or #`);
  }
  if (!Number.isInteger(answer.status) || answer.status < 200 || answer.status > 599) {
    throw new TypeError(`${answer.status}: the status is 200 to 599`);
  }
  return { ...answer, method };
}

/** Around the first equals sign: a path of an address has none, the name of a file may. */
function cut(form: string): { before: string; after: string } {
  const at = form.indexOf('=');
  if (at < 0) return { before: form, after: '' };
  return { before: form.slice(0, at), after: form.slice(at + 1) };
}
