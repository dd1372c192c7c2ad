import type { ServerResponse } from 'node:http';
import { problemOf } from './problem.ts';
import type { Request } from './request.ts';

/** Answers with the problem that an error is, and logs the error if it is a bug. */
export function sendProblem(
  req: Request,
  res: ServerResponse,
  error: unknown,
  logger: { error(...args: unknown[]): void },
): void {
  const { requestId } = req;
  req.pending?.reject(error);
  const { problem, retryAfter, bug } = problemOf(error, requestId);
  if (bug) logger.error(`${req.method} ${req.parsedUrl} failed`, { requestId, error });
  if (res.headersSent) return void res.destroy();
  if (problem.status === 401) res.setHeader('WWW-Authenticate', 'Bearer');
  if (Array.isArray(problem.allow)) res.setHeader('Allow', problem.allow.join(', '));
  if (retryAfter !== undefined) res.setHeader('Retry-After', retryAfter);
  res.statusCode = problem.status;
  res.setHeader('Content-Type', 'application/problem+json');
  res.setHeader('Cache-Control', 'no-store');
  res.end(JSON.stringify(problem));
}
