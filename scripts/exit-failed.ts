import { StartError } from '../lib/process/start-error.ts';

/** Prints why a command failed, and ends the process. A StartError's message is meant for people: it has no stack. */
export function exitFailed(command: string, error: unknown): never {
  console.error(`${command}:`, error instanceof StartError ? error.message : error);
  process.exit(1);
}
