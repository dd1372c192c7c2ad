/** nodemailer's codes for a server that was not reached or closed the connection. EABORT: our timeout (transport.ts). */
const CONNECTION_ERROR_CODES = new Set<unknown>(['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS', 'EPROTOCOL', 'EABORT']);
/** "Service not available, closing transmission channel" (RFC 5321 §4.2.3). All other codes are about the mail itself. */
const SERVICE_NOT_AVAILABLE = 421;

/** Whether sending failed because the mail server is not available, rather than because it refused the mail. */
export function isSmtpOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, responseCode } = error as Error & { code?: unknown; responseCode?: unknown };
  if (responseCode !== undefined) return responseCode === SERVICE_NOT_AVAILABLE;
  return CONNECTION_ERROR_CODES.has(code);
}
