import { entryRows } from '../../engine/coverage-row.ts';
import { AMO, SEEN_IN_WIDGETS as OBSERVED } from '../../kommo/documents.ts';

/** Classes and ids of the page that widgets hang on to, outside the settings modal. */
export const FRAME_COVERAGE = entryRows('Elements of lists, cards and the pipeline', [
  [
    '#page_holder #work_area .content__top, #list_page_holder, #list__body-right, .list__body-right__top, .list__top__preset, .list__top__actions, #list_table, .js-list-row, #list_multiple_actions',
    OBSERVED,
    'the frame of lists and of pages under Settings; its own buttons only write to the log',
  ],
  [
    '#card_holder, #edit_card, .card-entity-form__top, .js-card-main-fields, .linked-form__field_status, CFV[id], #contacts_list form, .js-linked-name-view, .control-phone__formatted, .card-leads__quick-add, .js-card-feed',
    OBSERVED,
    'what is typed into a field is in the model of the card, and not saved',
    'partly',
  ],
  [
    '.card-cf-table-main-entity, .phone_wrapper, .email_wrapper, .card-top-name',
    `${AMO}/integrations/script_js`,
    'of an older interface, in the card of a contact',
  ],
  [
    '#widgets_block, .card-widgets__elements, .js-card-widgets-on-off, #card_widgets_overlay',
    OBSERVED,
  ],
  [
    '.digital-pipeline__item-inner, __edit-forms, __edit-footer, .task-edit__body__form, .js-trigger-save, .js-trigger-cancel, [data-action=send_widget_hook]',
    OBSERVED,
    'in a dialog; in Kommo the form stands in the column',
  ],
]);
