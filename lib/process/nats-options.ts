/** Files by which NATS is known, and by which it knows us, all PEM. */
export interface NatsFiles {
  caFile?: string;
  certFile?: string;
  keyFile?: string;
}

/** What nats's `connect` takes. */
export interface NatsOptions {
  servers: string[];
  user?: string;
  pass?: string;
  token?: string;
  tls?: NatsFiles;
}

/**
 * nats's `connect` wants credentials beside the address: `nats://user:password@host`, or `nats://token@host`, and
 * `tls://` for TLS, which `files` ask for as well. Several addresses, separated by commas, are one cluster.
 */
export function natsOptions(urls: string, files: NatsFiles = {}): NatsOptions {
  const parsed = urls.split(',').map((url) => new URL(url.trim()));
  const { username, password } = parsed.find((url) => url.username !== '') ?? { username: '', password: '' };
  const [user, pass] = [username, password].map(decodeURIComponent) as [string, string];
  const isTls = parsed.some((url) => url.protocol === 'tls:') || Object.keys(files).length > 0;
  return {
    servers: parsed.map((url) => url.host),
    ...(user && pass ? { user, pass } : {}),
    ...(user && !pass ? { token: user } : {}),
    ...(isTls ? { tls: files } : {}),
  };
}
