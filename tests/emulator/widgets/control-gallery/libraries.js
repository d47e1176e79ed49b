/** Uses each library that Kommo offers to widgets beside those of every page; answers what each one did. */
define([
  'jquery',
  'underscore',
  'backbone',
  'moment',
  'accounting',
  'chartjs',
  'clipboard',
  'cocktail',
  'cropperjs',
  'device',
  'enquire',
  'fullcalendar',
  'google-libphonenumber',
  'jplayer',
  'js-uuid',
  'moment-timezone',
  'pubsub',
  'quill',
  'rangeslider',
  'store',
  'virtualized-list',
], (
  $,
  _,
  Backbone,
  moment,
  accounting,
  Chart,
  Clipboard,
  Cocktail,
  Cropper,
  device,
  enquire,
  _fullcalendar,
  phones,
  _jplayer,
  uuid,
  _momentTimezone,
  PubSub,
  Quill,
  _rangeslider,
  store,
  VirtualizedList,
) => {
  /** @param {JQuery} $place an element on the page to draw into */
  return ($place) => {
    const add = (html) => $(html).appendTo($place);
    const uses = {
      accounting: () => accounting.formatMoney(1234.5),
      chartjs: () => {
        const canvas = add('<div style="width:200px"><canvas></canvas></div>').find('canvas')[0];
        const data = { labels: ['a', 'b'], datasets: [{ data: [1, 2] }] };
        return new Chart(canvas, {
          type: 'bar',
          data,
          options: { animation: false },
        }).getDatasetMeta(0).data.length;
      },
      clipboard: () => {
        const button = add('<button type="button" data-clipboard-text="copied">Copy</button>')[0];
        return new Promise((resolve) => {
          new Clipboard(button).on('success', (event) => resolve(event.text));
          button.click();
        });
      },
      cocktail: () => {
        const View = Backbone.View.extend({ greet: () => 'view' });
        Cocktail.mixin(View, { mixed: () => 'mixed in' });
        return new View().mixed();
      },
      cropperjs: () =>
        new Promise((resolve) => {
          const image = add(
            '<div style="width:60px;height:60px"><img alt="" style="max-width:100%"></div>',
          ).find('img')[0];
          const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"/>';
          image.addEventListener('ready', () => resolve(cropper.getImageData().naturalWidth));
          image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
          const cropper = new Cropper(image, { checkCrossOrigin: false });
        }),
      device: () => device.desktop(),
      enquire: () =>
        new Promise((resolve) =>
          enquire.register('screen and (min-width: 1px)', { match: () => resolve('matches') }),
        ),
      fullcalendar: () => {
        const $calendar = add('<div></div>').fullCalendar({ defaultDate: '2026-11-22' });
        return $calendar.find('.fc-left h2').text();
      },
      'google-libphonenumber': () => {
        const tools = phones.PhoneNumberUtil.getInstance();
        const number = tools.parse('(202) 555-0101', 'US');
        return tools.format(number, phones.PhoneNumberFormat.E164);
      },
      jplayer: () => {
        const $player = add('<div></div>').jPlayer({ supplied: 'mp3', solution: 'html' });
        return $player.data('jPlayer').version.script;
      },
      'js-uuid': () => uuid.v4().length,
      'moment-timezone': () =>
        moment.tz('2026-11-22T12:00:00Z', 'America/Sao_Paulo').format('HH:mm Z'),
      pubsub: () => {
        let heard;
        PubSub.subscribe('lamps', (_topic, what) => {
          heard = what;
        });
        PubSub.publishSync('lamps', 'heard');
        return heard;
      },
      quill: () => {
        const quill = new Quill(add('<div></div>')[0]);
        quill.setText('written');
        return quill.getText().trim();
      },
      rangeslider: () => {
        const $range = add('<input type="range" aria-label="Range" min="0" max="10" value="3">');
        $range.rangeslider({ polyfill: false }).val(7).change();
        return $place.find('.rangeslider').length;
      },
      store: () => {
        store.set('control-gallery', { kept: true });
        const { kept } = store.get('control-gallery');
        store.remove('control-gallery');
        return kept;
      },
      'virtualized-list': () =>
        new Promise((resolve) => {
          const list = add('<div style="height:60px;overflow:auto"></div>')[0];
          new VirtualizedList.default(list, {
            height: 60,
            rowCount: 1000,
            rowHeight: 20,
            renderRow: (index) => $('<div></div>').text(`row ${index}`)[0],
            onRowsRendered: ({ startIndex }) => resolve(`from row ${startIndex}`),
          });
        }),
    };
    const names = _.keys(uses);
    return Promise.all(names.map((name) => uses[name]())).then((results) =>
      _.object(names, results),
    );
  };
});
