const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id of an answer if it is Kommo's: a UUID, and not the one of ours that was sent. */
export function kommoIdOf(
  id: string | null | undefined,
  ours: string | undefined,
): string | undefined {
  return typeof id === 'string' && UUID.test(id) && id !== ours ? id : undefined;
}
