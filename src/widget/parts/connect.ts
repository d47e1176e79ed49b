/* The entry of `connect.js`: the panels that connect a channel. */
export { createConnectionStore } from '../connect/connection-store.ts';
export { Panels } from '../connect/Panels.tsx';
