import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../lib/process/config.ts';
import { weaknessOf } from '../../lib/process/secrets.ts';
import { StartError } from '../../lib/process/start-error.ts';
import { checkServiceSettings } from '../../services/settings.ts';
import { appoint, startProcess } from '../support/process.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'shop-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ownFolder = () => mkdtempSync(join(folder, 'data-'));

const random = () => randomBytes(24).toString('base64url');
const production = () => ({
  ...{ NODE_ENV: 'production', PAYMENT_PROVIDER: 'sandbox', DATA_DIR: ownFolder() },
  ...{ PUBLIC_URL: 'https://shop.example.com', MAIL: 'file' },
});

/** What nobody may sign with. */
const WEAK: [string, string][] = [
  ['missing', ''],
  ['short', randomBytes(12).toString('base64url')],
  ['one character again and again', 'a'.repeat(64)],
  ['of too few characters', '0101101001'.repeat(5)],
  ['a word again and again', 'brilliant-shop-'.repeat(4)],
  ['a sequence', '0123456789abcdefghijklmnopqrstuvwxyz'],
  ['a sequence in pairs', 'aabbccddeeffgghhiijjkkllmmnnooppqq'],
  ['what examples have', 'change-me-to-a-long-random-string!'],
  ['what other examples have', 'your-256-bit-secret-for-signing-jwts'],
  ['a placeholder', '<32 random characters or more go here>'],
  ['a variable that nobody filled in', `\${TOKEN_SECRET:?set it in .env}--------`],
  ['a command that nobody ran', '$(openssl rand -hex 32)............'],
];

/** Starts the shop as `npm start` does, and says how that ended; a shop that came up is stopped. */
async function started(env: NodeJS.ProcessEnv): Promise<{ code: number | null; up: boolean; said: string }> {
  const { up, output, stop } = await startProcess(env);
  return { up, code: await stop(), said: output() };
}

describe('in production', () => {
  test.each(WEAK)('a TOKEN_SECRET that is %s is refused, without showing it', (name, secret) => {
    const env = { ...production(), TOKEN_SECRET: secret };
    expect(() => loadConfig(env)).toThrow(StartError);
    expect(() => loadConfig(env)).toThrow(/^TOKEN_SECRET must be a secret of at least 32 characters/);
    if (name !== 'missing') expect(() => loadConfig(env)).not.toThrow(secret);
    expect(readdirSync(env.DATA_DIR)).toEqual([]);
  });

  test.each(WEAK.slice(1))('nor is TOKEN_SECRET_PREVIOUS taken when it is %s', (_name, secret) => {
    const env = { ...production(), TOKEN_SECRET: random(), TOKEN_SECRET_PREVIOUS: secret };
    expect(() => loadConfig(env)).toThrow(/^TOKEN_SECRET_PREVIOUS must be the TOKEN_SECRET from before/);
  });

  test('a signing secret of the payment provider that anyone could guess is refused', () => {
    const stripe = { PAYMENT_PROVIDER: 'stripe', STRIPE_SECRET_KEY: 'sk_live_1', TOKEN_SECRET: random() };
    for (const secret of ['whsec_', 'whsec_1', `whsec_${'0'.repeat(32)}`]) {
      const config = loadConfig({ ...production(), ...stripe, STRIPE_WEBHOOK_SECRET: secret });
      expect(() => checkServiceSettings(config)).toThrow(/^STRIPE_WEBHOOK_SECRET must be a signing secret/);
    }
    const good = { ...production(), ...stripe, STRIPE_WEBHOOK_SECRET: `whsec_${random()}` };
    expect(() => checkServiceSettings(loadConfig(good))).not.toThrow();
  });

  test('random ones are taken, in whatever form they are written', () => {
    for (let n = 0; n < 500; n++) {
      for (const form of ['hex', 'base64', 'base64url'] as const) {
        expect(weaknessOf(randomBytes(24).toString(form))).toBeUndefined();
      }
    }
    const env = { ...production(), TOKEN_SECRET: random(), TOKEN_SECRET_PREVIOUS: random() };
    expect(loadConfig(env)).toMatchObject({ production: true, tokenSecret: env.TOKEN_SECRET });
  });

  test.each([
    ['no secret', {}, 'TOKEN_SECRET'],
    ['a short one', { TOKEN_SECRET: 'hunter2' }, 'TOKEN_SECRET'],
    ['a weak one', { TOKEN_SECRET: 'a'.repeat(64) }, 'TOKEN_SECRET'],
    ['a weak one before', { TOKEN_SECRET: random(), TOKEN_SECRET_PREVIOUS: 'b'.repeat(64) }, 'TOKEN_SECRET_PREVIOUS'],
  ])('the process does not start with %s, and says why in one line', async (_name, secrets, variable) => {
    const { code, up, said } = await started({ ...production(), ...secrets });
    expect({ code, up }).toEqual({ code: 1, up: false });
    expect(said).toMatch(new RegExp(`^shop: ${variable} must be .*\n$`));
    for (const secret of Object.values(secrets)) expect(said).not.toContain(secret);
  });

  test('it starts with a random one, and an operator appoints staff without it', async () => {
    const env = production();
    expect(await appoint(env, 'boss@example.com', 'admin')).toMatch(/^[\w-]{20}$/);
    const { code, up } = await started({ ...env, TOKEN_SECRET: random() });
    expect({ code, up }).toEqual({ code: 0, up: true });
  });
});

describe('in development', () => {
  test('the process makes a random one, for its owner alone, and keeps it', async () => {
    const env = { DATA_DIR: ownFolder() };
    const file = join(env.DATA_DIR, 'token-secret');
    expect((await started(env)).up).toBe(true);
    const made = readFileSync(file, 'utf8');
    expect(weaknessOf(made)).toBeUndefined();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await started(env)).up).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(made);
  });

  test('a kept one that others can read is closed to them', () => {
    const env = { DATA_DIR: ownFolder() };
    const { tokenSecret } = loadConfig(env);
    const file = join(env.DATA_DIR, 'token-secret');
    for (const mode of [0o644, 0o640, 0o666]) {
      chmodSync(file, mode);
      expect(loadConfig(env).tokenSecret).toBe(tokenSecret);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
  });

  test('production takes none that development has kept', () => {
    const DATA_DIR = ownFolder();
    loadConfig({ DATA_DIR });
    expect(existsSync(join(DATA_DIR, 'token-secret'))).toBe(true);
    expect(() => loadConfig({ ...production(), DATA_DIR })).toThrow(/production has no default/);
  });

  test('a damaged one is refused rather than used', () => {
    const DATA_DIR = ownFolder();
    writeFileSync(join(DATA_DIR, 'token-secret'), 'half');
    expect(() => loadConfig({ DATA_DIR })).toThrow(/damaged/);
  });
});

describe('what the repository publishes', () => {
  const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
  const listed = (directory: string, ending: string) =>
    readdirSync(join(ROOT, directory)).flatMap((name) => (name.endsWith(ending) ? [join(directory, name)] : []));
  const manifests = ['docker-compose.yml', 'ops/nats.conf', ...listed('k8s', '.yaml')];
  const texts = ['README.md', 'k8s/README.md', 'Dockerfile', ...listed('docs', '.md')];
  const SECRET = /(?<!\$\{)\b(\w*(?:SECRET|PASSWORD)\w*|password)\b["']?[^\S\n]*[:=][^\S\n]*(.*)/g;

  test.each(manifests)('%s has no secret, only where each is taken from', (file) => {
    for (const [, name, value = ''] of read(file).matchAll(SECRET)) {
      // A name without a value is taken from the environment of whoever starts the containers.
      expect([name, value]).toEqual([name, expect.stringMatching(/^(?:["']?\$\{?\w+|$)/)]);
    }
    // Nor one inside an address, but in a comment.
    for (const [address] of read(file)
      .replaceAll(/^\s*#.*$/gm, '')
      .matchAll(/\w+:\/\/\w+:[^@\s]*@/g))
      expect(address).toMatch(/:\$\{\w+(:\?[^}]*)?\}@$/);
  });

  test('the compose file takes no default for one, and does not start without', () => {
    const compose = read('docker-compose.yml');
    for (const name of ['TOKEN_SECRET', 'NATS_PASSWORD', 'NATS_SYSTEM_PASSWORD', 'MONGO_PASSWORD']) {
      expect(compose).toContain(`\${${name}:?`);
      expect(compose).not.toMatch(new RegExp(`\\$\\{${name}:?-`));
    }
    expect(compose).not.toMatch(/NODE_ENV/);
    expect(read('Dockerfile')).toMatch(/^ENV NODE_ENV=production/m);
  });

  test('the manifests take each from a Secret that no file of ours has', () => {
    const all = listed('k8s', '.yaml').map(read).join('\n');
    expect(all).not.toMatch(/kind: Secret|stringData|NODE_ENV/);
    for (const [line] of all.matchAll(/.*name: \w*PASSWORD.*/g)) expect(line).toContain('secretKeyRef');
    for (const kind of ['api', 'customer', 'product', 'shopping']) {
      expect(read(`k8s/${kind}.yaml`)).toMatch(/envFrom: \[.*\{ secretRef: \{ name: shop \} \}\]/);
    }
  });

  test.each(texts)('%s has no secret that production would take', (file) => {
    for (const [, name, value = ''] of read(file).matchAll(/\b(\w*SECRET\w*)=["']?([^\s"'`|]+)/g)) {
      expect([name, weaknessOf(value)]).toEqual([name, expect.any(String)]);
    }
  });
});
