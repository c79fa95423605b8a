/** Returns a time as RFC 3339 has it, in whole seconds. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -".000Z".length)}Z`;
}
