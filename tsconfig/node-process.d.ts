/** What the fuzz tests use of node:process, where they run in Node.js. */
declare module "node:process" {
  /** Microseconds of CPU time of this thread since its start. */
  export function threadCpuUsage(): { readonly user: number; readonly system: number };
}
