import { useEffect, useState } from 'react';

/** Draws the caller again every half minute, so that what it says about how long ago is true. */
export function useMinutes(): void {
  const [, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTurn((turn) => turn + 1), 30_000);
    return () => clearInterval(timer);
  }, []);
}
