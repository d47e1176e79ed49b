/** The elements that the tab of the sample shows; a relative module with a cache buster. */
define(() => {
  const ELEMENTS = [
    { id: 11, sku: 'L-1', name: 'Desk lamp', price: 40 },
    { id: 12, sku: 'L-2', name: 'Floor lamp', price: 120 },
  ];
  return {
    all: () => ELEMENTS,
    of: () => [{ ...ELEMENTS[0], quantity: 10 }],
    find: (query) =>
      ELEMENTS.filter(({ name }) => name.toLowerCase().includes(query.toLowerCase())),
  };
});
