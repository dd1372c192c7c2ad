/**
 * Calls `end` when the parent of this process has gone: npm passes SIGTERM to its shell, which ends without passing it
 * on, and a supervisor may be killed.
 */
export function onOrphaned(end: () => void): void {
  process.on('disconnect', end); // of a parent that started us with an IPC channel
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && end(), 500).unref();
}
