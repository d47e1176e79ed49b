// @ts-check
/**
 * The digital pipeline's page: lead sources on the left (location `lead_sources`, callback `onAddAsSource`), and the stages
 * with their triggers.
 */
import { h } from '../core/dom.js';
import { $, boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { kommoButton } from '../sdk/button.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { pagePost } from '../sdk/page-request.js';
import { call } from '../sdk/run.js';
import { declares } from '../sdk/situation.js';
import { openSettings } from '../settings/modal.js';
import { drawShell } from '../shell/shell.js';
import { offerTriggers } from './trigger.js';

/** @typedef {import('../types.d.ts').Widget} Widget */

export function drawPipeline() {
  const pipeline = boot.pipelines.find(({ isMain }) => isMain) ?? boot.pipelines[0];
  const holder = drawShell(pipeline?.name ?? text('pipeline'));
  const sources = h('section', { class: 'pipeline__sources', 'aria-label': text('sources') }, [
    h('h2', { class: 'pipeline__caption' }, text('sources')),
    h('ul', { class: 'pipeline__source-list js-source-list' }),
    h('div', { class: 'js-add-source' }),
  ]);
  const stages = (pipeline?.stages ?? []).map((stage) =>
    h(
      'section',
      {
        class: 'pipeline__stage',
        'aria-label': stage.name,
        style: `--stage-color:${stage.color}`,
      },
      [
        h('h2', { class: 'pipeline__caption' }, stage.name),
        h('div', {
          class: 'digital-pipeline__trigger-slot js-trigger-slot',
          'data-status-id': stage.id,
        }),
      ],
    ),
  );
  holder.append(
    h('div', { class: 'pipeline', 'data-pipeline-id': pipeline?.id }, [sources, ...stages]),
  );
}

/** @param {Widget | undefined} widget */
export function runPipeline(widget) {
  if (!widget) return;
  if (declares('lead_sources')) offerSource(widget);
  if (declares('digital_pipeline')) offerTriggers(widget);
}

/** @param {Widget} widget */
function offerSource(widget) {
  const name = manifestText(chooseTexts().texts, boot.widget?.manifest?.widget.name);
  const pipelineId = Number(
    /** @type {HTMLElement | null} */ (document.querySelector('.pipeline'))?.dataset.pipelineId,
  );
  const add = kommoButton('js-add-as-source', `${text('addSource')}: ${name}`);
  const list = () => {
    const item = h('li', {}, [
      h(
        'button',
        { type: 'button', class: 'pipeline__source js-source', 'data-code': boot.widget?.code },
        name,
      ),
    ]);
    document.querySelector('.js-source-list')?.append(item);
  };
  if (boot.widget?.install.sourcePipelineId === pipelineId) list();
  add.addEventListener('click', async () => {
    await call(widget, 'onAddAsSource', [pipelineId]);
    await pagePost('/ajax/emulator/lead_source', { pipeline_id: pipelineId });
    if (boot.widget) boot.widget.install.sourcePipelineId = pipelineId;
    list();
  });
  document.querySelector('.js-add-source')?.replaceChildren(add);
  // A source in the column opens the settings with the source as their context.
  $(document).on('click', '.js-source', () => {
    void openSettings({ widget, context: { source_id: 1, external_id: boot.widget?.code } });
  });
}
