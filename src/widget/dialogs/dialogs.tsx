import type { DialogsModule } from '../app.ts';
import { AppProvider } from '../use-app.tsx';
import { ConflictNotice as Conflict } from './ConflictNotice.tsx';
import { DeleteDialog as Delete } from './DeleteDialog.tsx';
import { TemplateForm as Form } from './TemplateForm.tsx';
import { UndeliveredDialog as Undelivered } from './UndeliveredDialog.tsx';

/*
 * The part of the widget that is fetched only when one of these dialogs, notices or forms shows. It is built separately, with its
 * own copies of shared components. The two parts share only the `app` object.
 */

export const DeleteDialog: DialogsModule['DeleteDialog'] = ({ app, ...props }) => (
  <AppProvider app={app}>
    <Delete {...props} />
  </AppProvider>
);

export const UndeliveredDialog: DialogsModule['UndeliveredDialog'] = ({ app, ...props }) => (
  <AppProvider app={app}>
    <Undelivered {...props} />
  </AppProvider>
);

export const TemplateForm: DialogsModule['TemplateForm'] = ({ app, ...props }) => (
  <AppProvider app={app}>
    <Form {...props} />
  </AppProvider>
);

export const ConflictNotice: DialogsModule['ConflictNotice'] = ({ app, ...props }) => (
  <AppProvider app={app}>
    <Conflict {...props} />
  </AppProvider>
);
