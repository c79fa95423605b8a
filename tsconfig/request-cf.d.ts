/** What the Workers runtime adds to requests, for programs that import `src/http` in Node.js. */
interface Request {
  readonly cf?: Readonly<Record<string, unknown>>;
}
