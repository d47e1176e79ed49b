import { useEffect, useRef, useState } from 'react';
import { inOrder, orderRows } from './channel-order.ts';
import type { DraftChannel } from './draft.ts';

/**
 * The rows as they are listed. The order is taken when the list appears, which is also on every return from
 * another view, and once more when the reading of that moment has ended; never while the admin works in the
 * list. So nothing jumps under their hands when a status, a figure or the draft changes: a channel that breaks
 * meanwhile stays where it is, and one that was added elsewhere comes last.
 *
 * @param onTaken called with the ids each time the order is taken
 */
export function useRowOrder(
  rows: DraftChannel[],
  connectedId: string | undefined,
  isLoading: boolean,
  onTaken: (order: string[]) => void,
): { listed: DraftChannel[]; touch: () => void } {
  const [order, setOrder] = useState(() => orderRows(rows, connectedId));
  const isTouched = useRef(false);
  const wasLoading = useRef(isLoading);

  useEffect(() => {
    const isRead = wasLoading.current && !isLoading;
    wasLoading.current = isLoading;
    if (!isRead || isTouched.current) return;
    isTouched.current = true;
    const taken = orderRows(rows, connectedId);
    setOrder(taken);
    onTaken(taken);
  }, [isLoading, rows, connectedId, onTaken]);

  return {
    listed: inOrder(rows, order),
    touch() {
      isTouched.current = true;
    },
  };
}
