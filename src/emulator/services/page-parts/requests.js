/**
 * Asks the emulator, or tells it to do something.
 *
 * @param {string} address
 * @param {object} [body] without it, the answer is only read
 * @returns {Promise<any>}
 * @throws Error with the emulator's own words
 */
export async function ask(address, body) {
  const response = await fetch(address, {
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
