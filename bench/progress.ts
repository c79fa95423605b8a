/** Says on standard error what is measured now, and after how many seconds. */
export function progress(text: string): void {
  const seconds = Math.round(process.uptime()).toString().padStart(4);
  process.stderr.write(`${seconds} s  ${text}\n`);
}
