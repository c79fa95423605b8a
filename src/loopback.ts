/** Returns whether a host is this machine itself, as the URL parser writes it: for development. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}
