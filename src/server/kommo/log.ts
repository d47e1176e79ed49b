/** Where this folder reports what an operator should know. Fits pino; never given a secret. */
export interface KommoLog {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}
