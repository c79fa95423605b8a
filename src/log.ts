/** One line of JSON an event. Fields hold no secret, no signature, no token and no URL. */
export type Log = (event: string, fields: Readonly<Record<string, unknown>>) => void;

export const logToConsole: Log = (event, fields) => {
  // oxlint-disable-next-line no-console -- this is where the service logs
  console.log(JSON.stringify({ event, ...fields }));
};
