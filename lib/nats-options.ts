/** What nats's `connect` takes. */
export interface NatsOptions {
  servers: string[];
  user?: string;
  pass?: string;
  tls?: Record<string, never>;
}

/** nats's `connect` wants credentials beside the address. Several addresses, separated by commas, are one cluster. */
export function natsOptions(urls: string): NatsOptions {
  const parsed = urls.split(',').map((url) => new URL(url.trim()));
  const { username, password } = parsed.find((url) => url.username !== '') ?? { username: '', password: '' };
  return {
    servers: parsed.map((url) => url.host),
    ...(username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {}),
    ...(parsed.some((url) => url.protocol === 'tls:') ? { tls: {} } : {}),
  };
}
