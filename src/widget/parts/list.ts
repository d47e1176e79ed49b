/* The entry of `list.js`: what the list of channels shows on demand. */
export { BulkBar } from '../list/BulkBar.tsx';
export { ChannelDetails } from '../list/ChannelDetails.tsx';
export { ChannelMenu } from '../list/ChannelMenu.tsx';
export { ChannelRename } from '../list/ChannelRename.tsx';
export { ListFilter } from '../list/ListFilter.tsx';
