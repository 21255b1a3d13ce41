/** Programs that other people wrote, from where Debian puts them; on Debian, as root, what is missing is installed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const programs = {
  chromium: { path: process.env['CHROME_PATH'] ?? '/usr/bin/chromium', package: 'chromium' },
  curl: { path: '/usr/bin/curl', package: 'curl' },
  go: { path: '/usr/bin/go', package: 'golang-go' },
  nginx: { path: '/usr/sbin/nginx', package: 'nginx' },
  python: { path: '/usr/bin/python3', package: 'python3' },
  pythonWebsockets: { path: '/usr/lib/python3/dist-packages/websockets/__init__.py', package: 'python3-websockets' },
};

const missing = () => Object.values(programs).filter(({ path }) => !existsSync(path));

/** Where a program is. */
export const pathOf = (program: keyof typeof programs): string => programs[program].path;

/** Before the tests: makes sure that all of them are there. Throws one sentence that says what to do where they are not and cannot be installed. */
export const setup = (): void => {
  if (missing().length > 0) tryInstall(missing().map((program) => program.package));
  const gone = missing();
  if (gone.length === 0) return;
  const packages = gone.map((program) => program.package).join(' ');
  throw new Error(`These tests need ${gone.map(({ path }) => path).join(', ')}: on Debian run \`apt-get install -y --no-install-recommends ${packages}\` as root.`);
};

const tryInstall = (packages: string[]): void => {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  // In run level 1 no service is started: nginx stays off until a test starts its own.
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' } } as const;
  try {
    execFileSync('apt-get', ['update'], options);
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
  } catch {
    // what is missing is said by whoever looks for it
  }
};
