/** nodemailer's codes for a server that was not reached, or broke off; EABORT: it took too long (transport.ts). */
const CONNECTION = new Set<unknown>(['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS', 'EPROTOCOL', 'EABORT']);
/** "Service not available, closing transmission channel" (RFC 5321 §4.2.3); the other codes answer the mail. */
const SERVICE_NOT_AVAILABLE = 421;

/** Whether an error of sending says that the mail server is away, rather than what it thinks of the mail. */
export function isSmtpOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, responseCode } = error as Error & { code?: unknown; responseCode?: unknown };
  if (responseCode !== undefined) return responseCode === SERVICE_NOT_AVAILABLE;
  return CONNECTION.has(code);
}
