/*
 * The entry of `app.js`: what is seen first, and what it lends to the other parts. webpack.config.js reads these
 * lines. What no other part uses does not belong here, because all of a listed file is shipped.
 */
export * from '../analytics.ts';
export * from '../api-error.ts';
export * from '../connected-text.ts';
export * from '../event-stream.ts';
export * from '../help.ts';
export * from '../mount.tsx';
export * from '../service-texts.ts';
export * from '../settings/channel-line.ts';
export * from '../settings/channel-order.ts';
export * from '../settings/draft.ts';
export * from '../settings/LazyPart.tsx';
export * from '../settings/list-filter.ts';
export * from '../settings/problems.ts';
export * from '../settings/useSettings.ts';
export * from '../store.ts';
export * from '../ui/Banner.tsx';
export * from '../ui/Button.tsx';
export * from '../ui/ChannelStatusBadge.tsx';
export * from '../ui/Choice.tsx';
export * from '../ui/CopyButton.tsx';
export * from '../ui/Dialog.tsx';
export * from '../ui/FailureBanner.tsx';
export * from '../ui/Field.tsx';
export * from '../ui/focus.ts';
export * from '../ui/HelpLink.tsx';
export * from '../ui/Icon.tsx';
export * from '../ui/popup.ts';
export * from '../ui/Reference.tsx';
export * from '../ui/SelectField.tsx';
export * from '../ui/ServiceSign.tsx';
export * from '../ui/SignInLink.tsx';
export * from '../ui/Skeleton.tsx';
export * from '../ui/StatusBadge.tsx';
export * from '../ui/service-drawings.ts';
export * from '../ui/TextField.tsx';
export * from '../ui/useEscape.ts';
export * from '../ui/useNow.ts';
export * from '../ui/ViewBar.tsx';
export * from '../use-app.tsx';
