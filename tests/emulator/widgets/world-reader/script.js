/** A sample widget that reads the open card or list in every way a widget has, for a test that compares the answers. */
define(['jquery', 'underscore'], ($, _) => {
  function WorldReader() {
    /** What the variables of the page say of the open card. */
    this.cardSeen = () => {
      const card = APP.data.current_card;
      return {
        id: card.id,
        element_type: card.element_type,
        main_user: card.main_user,
        attributes: card.model.attributes,
        linked: _.map(card.linked_forms.form_models.models, (model) => [
          model.element_type,
          Number(model.attributes.ID),
        ]),
        constant: APP.constant('card_element'),
        card_id: APP.constant('card_id'),
        pipeline: card.getPipelineId(),
        base: APP.getBaseEntity(),
      };
    };

    /** A row of the open list: as the collection has it, and as the selection has it. */
    this.rowSeen = (id) => {
      const [row] = APP.data.current_list.where({ id });
      return { row: row?.toJSON(), selected: this.list_selected() };
    };

    /** The same card from the REST API. */
    this.cardFromApi = (kind, id) =>
      $.ajax({ url: `/api/v4/${kind}/${id}`, data: { with: 'contacts' } });

    this.callbacks = {
      render: () => true,
      init: () => {
        window.worldReader = this;
        return true;
      },
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  }
  return WorldReader;
});
