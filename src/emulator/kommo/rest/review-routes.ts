import { CRM } from '../documents.ts';
import type { Template } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { notifyCrmWebhooks } from '../hooks/crm-webhooks.ts';
import { hal, problem } from '../problems.ts';
import { readObject } from './bodies.ts';
import { type Caller, resource } from './guard.ts';
import { findTemplate } from './template-routes.ts';

/** Sending a template for review, and the verdict. */
export function reviewRoutes(): KommoRoute[] {
  const reviews = resource('/chats/templates/:id/review', `${CRM}/chat-templates-api`, {
    needsAdmin: true,
  });
  return [
    reviews('POST', '', request, { note: 'sends add_chat_template_review' }),
    reviews('POST', '/:review', decide),
  ];
}

async function request(exchange: Exchange, caller: Caller): Promise<void> {
  const { world } = exchange;
  const template = findTemplate(exchange, caller);
  if (template === undefined || readObject(exchange, { mayBeEmpty: true }) === undefined) return;
  if (template.type !== 'waba') return problem(exchange, 400, 'Only waba templates are reviewed');
  const sources = world.state.sources.filter(
    (source) =>
      source.account_id === caller.account.id &&
      source.client_id === template.client_id &&
      source.services.some(isWaba),
  );
  if (sources.length === 0) return problem(exchange, 400, 'No source takes waba templates');
  template.reviews = sources.map(({ id }) => ({
    id: world.nextId(),
    source_id: id,
    status: 'review',
    reject_reason: '',
  }));
  const reviews = template.reviews.map(({ id, source_id, status, reject_reason }) => ({
    id,
    source_id,
    status,
    reject_reason,
  }));
  hal(exchange, { _embedded: { reviews } });
  await notifyCrmWebhooks(world, caller.account, 'add_chat_template_review', {
    chat_template_review: { add: [hookModel(template)] },
  });
}

function isWaba(service: unknown): boolean {
  const { type, params } = (service ?? {}) as { type?: unknown; params?: { waba?: unknown } };
  return type === 'whatsapp' && params?.waba === true;
}

function hookModel(template: Template): object {
  const { id, account_id, type, name, content, created_at, updated_at } = template;
  return {
    id,
    type,
    account_id,
    name,
    content,
    created_at,
    updated_at,
    is_editable: template.is_editable ? 1 : 0,
    reviews: template.reviews,
    is_on_review: 1,
    waba_footer: template.waba_footer ?? '',
    waba_category: template.waba_category ?? '',
    waba_language: template.waba_language ?? '',
  };
}

const VERDICTS = ['approved', 'paused', 'rejected'];

function decide(exchange: Exchange, caller: Caller) {
  const template = findTemplate(exchange, caller);
  if (template === undefined) return;
  const review = template.reviews.find(({ id }) => String(id) === exchange.param('review'));
  if (review === undefined) return problem(exchange, 404, 'Review not found');
  const given = readObject(exchange);
  if (given === undefined) return;
  const { status, reject_reason: reason = '' } = given;
  if (status !== undefined && !VERDICTS.includes(String(status))) {
    return problem(exchange, 400, `status: one of ${VERDICTS.join(', ')} is expected`);
  }
  if (typeof reason !== 'string' || reason.length > 65_535) {
    return problem(exchange, 400, 'reject_reason: a text of at most 65535 characters is expected');
  }
  if (status !== undefined) review.status = status as typeof review.status;
  if (given.reject_reason !== undefined) review.reject_reason = reason;
  hal(exchange, review);
}
