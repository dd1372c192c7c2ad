/** PEM files for TLS: the CA that verifies NATS, and the client's certificate and key. */
export interface NatsFiles {
  caFile?: string;
  certFile?: string;
  keyFile?: string;
}

/** The options of `connect` in the nats package. */
export interface NatsOptions {
  servers: string[];
  user?: string;
  pass?: string;
  token?: string;
  tls?: NatsFiles;
}

/**
 * Splits addresses into options, as `connect` expects credentials separately: `nats://user:password@host`, or
 * `nats://token@host`. TLS is used with `tls://`, or if any of `files` is given. Addresses separated by commas are one
 * cluster.
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
