import { useCallback, useEffect, useRef, useState } from 'react';
import { listenForHints, openPopup } from '../ui/popup.ts';
import { useApp } from '../use-app.tsx';
import { useConnectionStore } from './useConnection.ts';

/** How long an empty window waits for its address. */
const ADDRESS_TIMEOUT_MS = 20_000;

/** How often to check whether the window was closed. */
const CLOSED_CHECK_MS = 500;

interface SignInWindow {
  /** `closed` is the browser's word, which is wrong when the service isolates its window from ours. */
  state: 'none' | 'open' | 'blocked' | 'closed';
  window: Window | undefined;
  /** Call directly in the click handler. Without an address the window opens empty and waits. */
  open(address: string | undefined, onTooSlow: () => void): void;
  /** Sends a waiting window to its address. */
  navigate(address: string): void;
}

/** The window in which the admin signs in. All it tells us is when to ask the server. */
export function useSignInWindow(): SignInWindow {
  const { host } = useApp();
  const connection = useConnectionStore();
  const [state, setState] = useState<SignInWindow['state']>('none');
  const [popup, setPopup] = useState<Window>();
  const waiting = useRef<{ window: Window; timer: ReturnType<typeof setTimeout> }>(undefined);

  useEffect(
    () =>
      listenForHints(
        host.apiUrl,
        (session) => session === connection.get().attempt?.id,
        connection.checkNow,
      ),
    [host, connection],
  );

  useEffect(() => {
    if (!popup) return;
    const timer = setInterval(() => {
      if (!popup.closed) return;
      clearInterval(timer);
      setState('closed');
      connection.checkNow();
    }, CLOSED_CHECK_MS);
    return () => {
      clearInterval(timer);
      // Leaving the panel ends the attempt, so its window closes. Closing only the modal keeps both.
      if (connection.get().attempt?.state !== 'waiting') popup.close();
    };
  }, [popup, connection]);

  const navigate = useCallback((address: string) => {
    if (!waiting.current) return;
    clearTimeout(waiting.current.timer);
    waiting.current.window.location.replace(address);
    waiting.current = undefined;
  }, []);

  function open(address: string | undefined, onTooSlow: () => void): void {
    const opened = openPopup(`chat-connector-${connection.get().attempt?.id ?? 'new'}`, address);
    setPopup(opened);
    setState(opened ? 'open' : 'blocked');
    if (!opened || address) return;
    const timer = setTimeout(() => {
      waiting.current = undefined;
      opened.close();
      onTooSlow();
    }, ADDRESS_TIMEOUT_MS);
    waiting.current = { window: opened, timer };
  }

  return { state, window: popup, open, navigate };
}
