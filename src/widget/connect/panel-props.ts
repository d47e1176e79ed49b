/** What the panel of each kind of sign-in is told. */
export interface PanelProps {
  /** The admin ended the sign-in before this one. */
  wasCancelled: boolean;
  /** The admin has begun a sign-in in a window of its own. */
  onOpen: () => void;
  /** Ends the attempt and leads back. */
  onCancel: () => void;
}
