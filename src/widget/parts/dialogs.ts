/* The entry of `dialogs.js`: what opens over the settings. */
export { DeleteDialog } from '../dialogs/DeleteDialog.tsx';
export { HistoryDialog } from '../dialogs/HistoryDialog.tsx';
export { TestDialog } from '../dialogs/TestDialog.tsx';
export { UndeliveredDialog } from '../dialogs/UndeliveredDialog.tsx';
