import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../scripts/servers/ports.ts';

const ROOT = join(import.meta.dirname, '../..');
const exec = promisify(execFile);

/** Runs a program in the project's folder. Resolves to what it prints. */
async function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await exec(file, args, { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 });
  return stdout.trim();
}

/** Why the compose file cannot be run here; undefined: it can. */
export async function missingDocker(): Promise<string | undefined> {
  for (const args of [['info'], ['compose', 'version']]) {
    const failed = await run('docker', args).then(
      () => undefined,
      () => `docker ${args.join(' ')} fails`,
    );
    if (failed) return failed;
  }
  return undefined;
}

/** The project's own compose file, run under a name, on a port and in a network of its own. */
export class Deployment {
  readonly url: string;
  readonly edge: string;
  readonly #folder: string;
  readonly #args: readonly string[];

  private constructor(folder: string, project: string, port: number) {
    this.#folder = folder;
    this.#args = ['--project-name', project, '--env-file', join(folder, '.env')];
    this.edge = `${project}_edge`;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Writes settings, builds the image, and starts all; resolves when every container is up and the nodes are healthy. */
  static async start(): Promise<Deployment> {
    const folder = await mkdtemp(join(tmpdir(), 'shop-compose-'));
    const port = await freePort();
    const net = `10.${200 + ((randomBytes(1)[0] as number) % 50)}.${randomBytes(1)[0]}`;
    const secret = () => randomBytes(32).toString('hex');
    const settings = {
      TOKEN_SECRET: secret(),
      NATS_PASSWORD: secret(),
      NATS_SYSTEM_PASSWORD: secret(),
      MONGO_PASSWORD: secret(),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      MAIL: 'file',
      HTTP_PORT: port,
      EDGE_SUBNET: `${net}.0/24`,
      EDGE_RANGE: `${net}.128/25`,
      BALANCER_ADDRESS: `${net}.2`,
      // The test is one client.
      MUTATIONS_PER_MINUTE: 1_000_000,
      READS_PER_MINUTE: 1_000_000,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    await writeFile(join(folder, '.env'), lines.join('\n'));
    const deployment = new Deployment(folder, `shop-test-${randomBytes(3).toString('hex')}`, port);
    try {
      await deployment.compose('build');
      await deployment.compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '300');
    } catch (error) {
      await deployment.stop();
      throw error;
    }
    return deployment;
  }

  compose(...args: string[]): Promise<string> {
    return run('docker', ['compose', ...this.#args, ...args]);
  }

  /** Ids of the containers of a service. */
  async containers(service: string): Promise<string[]> {
    return (await this.compose('ps', '--quiet', service)).split('\n').filter((id) => id !== '');
  }

  /** Kills a container's processes behind Docker's back, as a crash does; its restart policy brings it back. */
  async crash(container: string): Promise<void> {
    const pid = Number(await run('docker', ['inspect', '--format', '{{.State.Pid}}', container]));
    if (!(pid > 1)) throw new Error(`${container} does not run`);
    process.kill(pid, 'SIGKILL');
  }

  /** Whether a container has been started again, and is healthy where it has a health check. */
  async isBack(container: string, startedBefore: string): Promise<boolean> {
    const state = await this.state(container);
    return state.started > startedBefore && (state.health === 'healthy' || state.health === 'none');
  }

  async state(container: string): Promise<{ started: string; health: string }> {
    const format = '{{.State.StartedAt}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}';
    const [started = '', health = ''] = (await run('docker', ['inspect', '--format', format, container])).split(' ');
    return { started, health };
  }

  /** Replaces the containers of these services as an operator does. */
  roll(...services: string[]): Promise<string> {
    return run(join(ROOT, 'ops/roll.sh'), services, { COMPOSE_ARGS: this.#args.join(' ') });
  }

  /** Starts a container on the balancer's side of the network, which is a client with an address of its own. */
  async client(): Promise<string> {
    const image = await run('docker', [
      'inspect',
      '--format',
      '{{.Image}}',
      (await this.containers('api'))[0] as string,
    ]);
    const idle = 'setInterval(() => undefined, 1000); setTimeout(() => process.exit(), 600_000)';
    return run('docker', [
      'run',
      '--detach',
      '--rm',
      '--network',
      this.edge,
      '--entrypoint',
      'node',
      image,
      '-e',
      idle,
    ]);
  }

  /** Runs a module's text in a container. Resolves to the JSON it prints. */
  async evaluate(container: string, source: string): Promise<unknown> {
    return JSON.parse(await run('docker', ['exec', container, 'node', '--input-type=module', '-e', source]));
  }

  async removeClient(container: string): Promise<void> {
    await run('docker', ['rm', '--force', container]);
  }

  /** Removes the containers, their networks and their data. */
  async stop(): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '20');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
