import type { Account, Pipeline, Status } from '../entities.ts';
import type { Exchange } from '../exchange.ts';
import { problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';

export function pipelineModel(account: Account, pipeline: Pipeline, requestId?: string): object {
  const { statuses, ...own } = pipeline;
  return {
    ...own,
    account_id: account.id,
    ...(requestId !== undefined && { request_id: requestId }),
    _links: apiLink(account, `/leads/pipelines/${pipeline.id}`),
    _embedded: { statuses: statuses.map((one) => statusModel(account, pipeline, one)) },
  };
}

interface StatusOptions {
  hasDescriptions?: boolean;
  requestId?: string;
}

/** Descriptions come only where they were asked for, or written. */
export function statusModel(
  account: Account,
  pipeline: Pipeline,
  status: Status,
  { hasDescriptions = false, requestId }: StatusOptions = {},
): object {
  const { descriptions = [], ...own } = status;
  const place = { account_id: account.id, pipeline_id: pipeline.id };
  return {
    ...own,
    ...place,
    ...(requestId !== undefined && { request_id: requestId }),
    _links: apiLink(account, `/leads/pipelines/${pipeline.id}/statuses/${status.id}`),
    ...(hasDescriptions && {
      descriptions: descriptions.map((one) => ({ ...one, ...place, status_id: status.id })),
    }),
  };
}

/** The pipeline in the address; undefined if a refusal was sent. The documentation has no 404 here. */
export function findPipeline(exchange: Exchange, account: Account): Pipeline | undefined {
  const found = account.pipelines.find(({ id }) => String(id) === exchange.param('id'));
  if (found === undefined) problem(exchange, 404, 'Pipeline not found');
  return found;
}

/** The same for a status of it. */
export function findStatus(exchange: Exchange, pipeline: Pipeline): Status | undefined {
  const found = pipeline.statuses.find(({ id }) => String(id) === exchange.param('status'));
  if (found === undefined) problem(exchange, 404, 'Status not found');
  return found;
}

/** `2026-11-28 03:10:00`, the form of times in descriptions. */
export function wireTime(exchange: Exchange): string {
  return new Date(exchange.world.clock.now()).toISOString().slice(0, 19).replace('T', ' ');
}

/** The stages that every pipeline has, with Kommo's ids of the closed ones. */
export function systemStatuses(incomingId: number): Status[] {
  const status = (id: number, name: string, sort: number, color: string, type = 0): Status => ({
    ...{ id, name, sort, is_editable: false, color, type },
  });
  return [
    status(incomingId, 'Incoming leads', 10, '#c1c1c1', 1),
    status(142, 'Closed - won', 10_000, '#CCFF66'),
    status(143, 'Closed - lost', 11_000, '#D5D8DB'),
  ];
}
