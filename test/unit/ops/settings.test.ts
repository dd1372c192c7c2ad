import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { SETTINGS } from '../../../services/settings.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** What the image, the network or the kind of node decides. */
const FIXED = ['NODE_ENV', 'NODE_ID', 'SERVICES', 'HOST', 'PORT', 'REUSE_PORT', 'DATA_DIR'];

test('every setting passes through the compose file', () => {
  const { services } = parse(read('docker-compose.yml'), { merge: true });
  const passed = new Set(
    ['customer', 'product', 'shopping', 'api'].flatMap((kind) => Object.keys(services[kind].environment)),
  );
  expect(Object.keys(SETTINGS).filter((name) => !FIXED.includes(name) && !passed.has(name))).toEqual([]);
  expect([...passed].filter((name) => !Object.hasOwn(SETTINGS, name))).toEqual([]);
});

test('the compose file has the gateways trust the balancer, and nobody else', () => {
  const { services } = parse(read('docker-compose.yml'), { merge: true });
  expect(services.api.environment.TRUSTED_PROXIES).toBe(services.balancer.networks.edge.ipv4_address);
  expect(services.balancer.networks).not.toHaveProperty('inner');
});

test('every node of the manifests takes the settings and the secret', () => {
  for (const file of readdirSync(join(ROOT, 'k8s')).filter((name) =>
    /^(api|customer|product|shopping)\.yaml$/.test(name),
  )) {
    const [deployment] = parseAllDocuments(read(`k8s/${file}`)).map((document) => document.toJS());
    const [container] = deployment.spec.template.spec.containers;
    expect([file, container.envFrom]).toEqual([
      file,
      [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'shop' } }],
    ]);
  }
});
